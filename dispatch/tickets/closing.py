"""结案: a ticket closes when its lead has completed and its follow-up has ended, whichever came last (design §5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.states import FollowUpState
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.tickets import states
from dispatch.tickets.models import Ticket
from dispatch.tickets.states import TicketState

ENDED = (FollowUpState.ANSWERED, FollowUpState.UNREACHED)  # one that was called off has asked nobody


def close_if_done(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> bool:
    """Close the locked ticket if both conditions hold; says whether it did."""
    closed = closed_if_done(session, ticket, actor=actor, at=at)
    if closed:
        events.record(session, ticket, closed)
    return bool(closed)


def closed_if_done(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> list[NewEvent]:
    """The same; the event, if any, is the caller's to record with its own."""
    if ticket.state != TicketState.COMPLETED:
        return []
    asked = session.get(FollowUp, (ticket.ticket_id, ticket.round))
    if asked is None or asked.state not in ENDED:
        return []
    states.require_ticket_move(ticket.state, TicketState.CLOSED)
    ticket.state, ticket.closed_at, ticket.changed_at = TicketState.CLOSED, at, at
    return [NewEvent("ticket.closed", at, actor, data={"round": ticket.round})]
