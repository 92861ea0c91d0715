"""A matter that 110, 119, 120 or 122 hands to the hotline: its number is kept, ours is the receipt it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import NewEvent
from dispatch.outcomes import queries
from dispatch.tickets.models import Ticket

HASH_SEED = 12345004  # of two requests with the same number at once only one goes on


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Who handed it to us, and the number under which they know it."""

    agency: str
    receipt: str


def require_new(session: Session, given: HandedIn) -> None:
    """Refuse a second ticket for the same number of the same service. Raises 409 ``hand_over.known`` with our number."""
    whole = f"{given.agency} {given.receipt}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whole, HASH_SEED))))
    known = queries.handed_in(session, given.agency, given.receipt)
    if known is not None:
        number = session.get_one(Ticket, known).ticket_no
        raise Conflict("hand_over.known", "这个来件编号已经受理，请查看原工单。", ticket_no=number)


def handed_in_event(row: dict[str, Any], *, actor: str) -> NewEvent:
    """The event of the hand-over row."""
    data = {"hand_over": row["number"], "agency": row["agency"], "direction": "in"}
    return NewEvent("ticket.handed_in", row["sent_at"], actor, data=data)
