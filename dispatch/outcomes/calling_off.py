"""What becomes of a question to the citizen when its ticket ends otherwise, and of that when a merge is undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.outcomes.models import Supplement
from dispatch.outcomes.queries import open_supplement
from dispatch.outcomes.supplements import lapse
from dispatch.tickets import clock
from dispatch.tickets.models import Ticket


def call_off(session: Session, ticket: Ticket, *, because: str, actor: str, at: datetime) -> int | None:
    """Nobody waits for the answer any more; whoever follows the link is told so. The question's number, None without one."""
    waiting = open_supplement(session, ticket.ticket_id)
    if waiting is None:
        return None
    waiting.ended_at = at
    data = {"supplement": waiting.number, "because": because}
    events.record(session, ticket, [NewEvent("supplement.cancelled", at, actor, None, data)])
    return waiting.number


def ask_again(session: Session, ticket: Ticket, number: int, *, reference: Reference, actor: str, at: datetime) -> None:
    """The merge that ended the wait is undone: the question stands and the clocks with it, until the instant set before."""
    asked = session.get_one(Supplement, (ticket.ticket_id, number))
    ended_at, asked.ended_at = asked.ended_at, None
    data = {"supplement": number}
    events.record(session, ticket, [NewEvent("supplement.restored", at, actor, None, data)])
    if ended_at is not None:
        clock.go_on_standing(session, ticket, since=ended_at, reference=reference, actor=actor, at=at)
    lapse(session, ticket, reference=reference, at=at)
