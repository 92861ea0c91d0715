"""仓促办结: what makes a completion look premature. It is flagged for supervisors, never refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.kernel.texts import TextEntry
from dispatch.limits.procedure import Procedure
from dispatch.tickets.models import Assignment, Ticket


class Premature(StrEnum):
    """Why a completion looks premature."""

    NO_CONTACT = "no_contact"
    NO_WORDS = "no_words"
    TOO_FAST = "too_fast"


PREMATURE_WORDS = {
    Premature.NO_CONTACT: "未先行联系",
    Premature.NO_WORDS: "答复过短",
    Premature.TOO_FAST: "签收后即办结",
}


def premature_for(
    ticket: Ticket, lead: Assignment, answer: str, *, procedure: Procedure, at: datetime
) -> list[Premature]:
    """The reasons why completing ``lead`` at ``at`` with ``answer`` looks premature; none = it does not.

    Who left no way to be reached cannot be contacted: then its absence says nothing. The numbers are the procedure's.
    """
    soon = timedelta(minutes=procedure.premature_minutes)
    found = {
        Premature.NO_CONTACT: lead.first_contact_at is None and ticket.voice_id is not None,
        Premature.NO_WORDS: len("".join(answer.split())) < procedure.answer_at_least,
        Premature.TOO_FAST: lead.acknowledged_at is not None and at - lead.acknowledged_at < soon,
    }
    return [reason for reason, holds in found.items() if holds]


def reasons_of(ticket: Ticket) -> list[Premature]:
    """Why the ticket's last completion is flagged."""
    return [Premature(reason) for reason in (ticket.premature_for or "").split(",") if reason]


def premature(
    session: Session, unit_ids: Iterable[int] | None, *, before: int | None = None, limit: int = 50
) -> Sequence[Row[Ticket, str | None]]:
    """Tickets with a flagged completion, newest first: rows of (ticket, title). ``unit_ids``: None = the whole city."""
    query = (
        select(Ticket, TextEntry.body.label("title"))
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(Ticket.premature_for.is_not(None))
        .order_by(Ticket.ticket_id.desc())
        .limit(limit)
    )
    if unit_ids is not None:
        units = sorted(unit_ids)
        query = query.where(or_(Ticket.unit_id.in_(units), Ticket.district_id.in_(units)))
    if before is not None:
        query = query.where(Ticket.ticket_id < before)
    return session.execute(query).all()
