"""Follow-ups of voices: whoever was merged into a ticket is asked when its first caller is, for the same unit (rules.md §5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.placing import invitation, put_in_line
from dispatch.follow_ups.states import FollowUpState, require_follow_up_move
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket

WAITING = frozenset({FollowUpState.OPEN, FollowUpState.ATTEMPTED})


def open_for_voices(session: Session, survivor: Ticket, *, reference: Reference, actor: str, at: datetime) -> None:
    """The follow-up of the locked ``survivor`` has opened: so do those of its voices, locked in the order of their ids."""
    voices = session.scalars(
        select(Ticket)
        .where(Ticket.merged_into_id == survivor.ticket_id)
        .order_by(Ticket.ticket_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for voice in voices:
        open_for_voice(session, survivor, voice, reference=reference, actor=actor, at=at)


def open_for_voice(
    session: Session, survivor: Ticket, voice: Ticket, *, reference: Reference, actor: str, at: datetime
) -> None:
    """Open the voice's own follow-up where the survivor's has opened; charged is the same unit."""
    asked = session.get(FollowUp, (survivor.ticket_id, survivor.round))
    if asked is None or not has_been_asked(session, survivor):
        return
    own = session.get(FollowUp, (voice.ticket_id, voice.round))
    if own is not None and own.state in WAITING:
        return
    if own is not None and own.state != FollowUpState.CANCELLED:
        if survivor.round == 1:
            return  # tried before it was merged
        voice.round += 1  # a redo asks every caller again
        own = None
    placed = place(session, voice, own, charged_unit_id=asked.charged_unit_id, reference=reference, at=at)
    unit = reference.by_id.get(asked.charged_unit_id or 0)
    data = {"round": voice.round, "charged": unit.code if unit else None, "voice_of": survivor.ticket_id}
    opened = NewEvent("follow_up.opened", at, actor, None, data)
    events.record(session, voice, [opened, *invitation(placed, actor=actor, at=at)])


def has_been_asked(session: Session, ticket: Ticket) -> bool:
    """Whether the follow-up of the ticket's round has opened and was not called off."""
    found = session.get(FollowUp, (ticket.ticket_id, ticket.round))
    return found is not None and found.state != FollowUpState.CANCELLED


def place(
    session: Session,
    ticket: Ticket,
    found: FollowUp | None,
    *,
    charged_unit_id: int | None,
    reference: Reference,
    at: datetime,
) -> FollowUp:
    """Put the round's follow-up into the queue: a new one, or one that had been called off."""
    if found is None:
        found = FollowUp(ticket_id=ticket.ticket_id, round=ticket.round, attempt_count=0)
    else:
        require_follow_up_move(found.state, FollowUpState.OPEN)
    found.state, found.charged_unit_id = FollowUpState.OPEN, charged_unit_id
    found.opened_at, found.ended_at = at, None
    put_in_line(session, ticket, found, reference=reference, at=at)
    session.add(found)
    if ticket.round == 1:
        ticket.follow_up_opened_at, ticket.charged_unit_id = at, charged_unit_id
    ticket.changed_at = at
    return found


def call_off(session: Session, ticket: Ticket, *, reason: str, actor: str, at: datetime) -> None:
    """Cancel the round's waiting follow-up of the locked ticket; nobody is charged for it."""
    found = session.get(FollowUp, (ticket.ticket_id, ticket.round))
    if found is not None and found.state in WAITING:
        void(session, ticket, found, reason=reason, actor=actor, at=at)


def void(
    session: Session, ticket: Ticket, found: FollowUp, *, reason: str = "unmerged", actor: str, at: datetime
) -> None:
    """Cancel one of the locked ticket's follow-ups, also one that had reached nobody: it counts for nothing."""
    require_follow_up_move(found.state, FollowUpState.CANCELLED)
    found.state, found.ended_at = FollowUpState.CANCELLED, at
    if found.round == 1:
        ticket.follow_up_opened_at = ticket.charged_unit_id = None
    data = {"round": found.round, "reason": reason}
    events.record(session, ticket, [NewEvent("follow_up.cancelled", at, actor, None, data)])
