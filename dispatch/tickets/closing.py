"""结案: a ticket closes when its lead has completed and its follow-up has ended, whichever came last (design §5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
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
    if ticket.state != TicketState.COMPLETED:
        return False
    asked = session.scalar(
        select(FollowUp.state).where(FollowUp.ticket_id == ticket.ticket_id, FollowUp.round == ticket.round)
    )
    if asked not in ENDED:
        return False
    states.require_ticket_move(ticket.state, TicketState.CLOSED)
    ticket.state, ticket.closed_at, ticket.changed_at = TicketState.CLOSED, at, at
    events.record(session, ticket, [NewEvent("ticket.closed", at, actor, data={"round": ticket.round})])
    return True
