"""Reads of the follow-up queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket

WAITING = ("open", "attempted")


def queue(session: Session, *, at: datetime, limit: int = 50) -> Sequence[Row[FollowUp, Ticket, str | None]]:
    """What may be called now, longest waiting first: rows of (follow-up, ticket, title)."""
    return session.execute(
        select(FollowUp, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == FollowUp.ticket_id)
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == FollowUp.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(FollowUp.state.in_(WAITING), FollowUp.next_attempt_at <= at)
        .order_by(FollowUp.next_attempt_at, FollowUp.ticket_id)
        .limit(limit)
    ).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """The follow-ups of a ticket by round."""
    return session.scalars(select(FollowUp).where(FollowUp.ticket_id == ticket_id).order_by(FollowUp.round)).all()


def attempts_of(session: Session, ticket_id: int) -> Sequence[FollowUpAttempt]:
    """Every attempt of a ticket, in order."""
    return session.scalars(
        select(FollowUpAttempt)
        .where(FollowUpAttempt.ticket_id == ticket_id)
        .order_by(FollowUpAttempt.round, FollowUpAttempt.number)
    ).all()
