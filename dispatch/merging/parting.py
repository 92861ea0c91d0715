"""拆单 of a locked pair: the voice stands on its own again, with whoever came along with it and whatever went on by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.follow_ups.voices import has_been_asked
from dispatch.merging import queries
from dispatch.merging.linking import call_off_voice, move_voice, part_from
from dispatch.outcomes.calling_off import ask_again
from dispatch.supervision import parting as orders
from dispatch.tickets import states
from dispatch.tickets.closing import close_if_done
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.states import TicketState


def stand_alone(
    session: Session,
    survivor: Ticket,
    absorbed: Ticket,
    *,
    because: str | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Assignment | None:
    """Both as they were; the due instants have not changed. Returns the lead in force. The caller has seen that it may be."""
    after = TicketState(absorbed.state_before or TicketState.AWAITING_DISPATCH)
    states.require_ticket_move(absorbed.state, after)
    kept = queries.link_in_force(session, absorbed.ticket_id).kept
    lead = part_from(session, survivor, absorbed, after, because=because, reference=reference, actor=actor, at=at)
    for follower in queries.brought_along(session, survivor.ticket_id, absorbed.ticket_id):
        voice = lock_ticket(session, follower)
        move_voice(session, voice, survivor, absorbed, via_id=None, actor=actor, at=at)
        is_asked = has_been_asked(session, absorbed)
        call_off_voice(session, voice, lead, is_asked=is_asked, reference=reference, actor=actor, at=at)
    _give_back(session, absorbed, kept, reference=reference, actor=actor, at=at)
    if lead is not None:
        open_if_due(session, absorbed, lead, reference=reference, actor=actor, at=at)
    close_if_done(session, absorbed, actor=actor, at=at)  # its caller may have been found unreachable meanwhile
    return lead


def _give_back(
    session: Session, absorbed: Ticket, kept: dict[str, Any], *, reference: Reference, actor: str, at: datetime
) -> None:
    if kept.get("order"):
        orders.give_back(session, absorbed, kept["order"], reference=reference, actor=actor, at=at)
    if kept.get("supplement"):
        ask_again(session, absorbed, kept["supplement"], reference=reference, actor=actor, at=at)
