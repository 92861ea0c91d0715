"""Reads of the follow-up queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, and_, bindparam, not_, or_, select
from sqlalchemy.orm import Session

from dispatch.follow_ups.handling import handled_by
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel import sides
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket

WAITING = ("open", "attempted")

# Said once, not built anew at each question.
_QUEUE = (
    select(FollowUp, Ticket, TextEntry.body.label("title"))
    .join(Ticket, Ticket.ticket_id == FollowUp.ticket_id)
    .outerjoin(
        TextEntry,
        and_(TextEntry.ticket_id == FollowUp.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
    )
    .where(FollowUp.state.in_(WAITING), FollowUp.next_attempt_at <= bindparam("asked_at"))
    .order_by(FollowUp.queue_at, FollowUp.ticket_id)
    .limit(bindparam("most"))
)


def queue(
    session: Session, *, at: datetime, limit: int = 50, agent: str | None = None, held_before: datetime | None = None
) -> Sequence[Row[FollowUp, Ticket, str | None]]:
    """What may be called now, by place in line: rows of (follow-up, ticket, title).

    For an ``agent``: without what they handled themselves, and without what others have held since ``held_before``.
    """
    query = _QUEUE
    if agent is not None:
        is_free = or_(FollowUp.taken_by.is_(None), FollowUp.taken_by == agent, FollowUp.taken_at <= held_before)
        query = query.where(is_free, not_(handled_by(agent, FollowUp.ticket_id)))
    return session.execute(query, {"asked_at": at, "most": limit}).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """The follow-ups of a ticket by round."""
    if sides.is_empty(session, FollowUp, ticket_id):
        return []
    return session.scalars(select(FollowUp).where(FollowUp.ticket_id == ticket_id).order_by(FollowUp.round)).all()


def attempts_of(session: Session, ticket_id: int) -> Sequence[FollowUpAttempt]:
    """Every attempt of a ticket, in order."""
    if sides.is_empty(session, FollowUpAttempt, ticket_id):
        return []
    return session.scalars(
        select(FollowUpAttempt)
        .where(FollowUpAttempt.ticket_id == ticket_id)
        .order_by(FollowUpAttempt.round, FollowUpAttempt.number)
    ).all()
