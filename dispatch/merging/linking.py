"""The link between a voice and its survivor: made, moved and undone on locked tickets, with an event on each side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.states import FollowUpState
from dispatch.follow_ups.voices import call_off, void
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.merging.models import TicketMerge
from dispatch.merging.queries import link_in_force
from dispatch.tickets import states
from dispatch.tickets.models import Assignment, Card, Ticket
from dispatch.tickets.queries import assignments
from dispatch.tickets.states import AssignmentState, TicketState

REASON = "merged"
LEAD, COPY = "lead", "copy"


def join(
    session: Session, survivor: Ticket, absorbed: Ticket, *, kept: dict[str, Any], actor: str, at: datetime
) -> None:
    """``absorbed``, in state ``merged`` already, is a voice of ``survivor`` from now on. ``kept``: see ``TicketMerge``."""
    _link(session, survivor, absorbed, kept=kept, via_id=None, at=at)
    _tell_both(session, survivor, absorbed, actor=actor, at=at)


def move_voice(
    session: Session, voice: Ticket, old: Ticket, new: Ticket, *, via_id: int | None, actor: str, at: datetime
) -> None:
    """A voice follows the ticket that it was merged into, there and back: no chain is longer than one link."""
    link = link_in_force(session, voice.ticket_id)
    link.ended_at = at
    _link(session, new, voice, kept=link.kept, via_id=via_id, at=at)
    events.record(session, old, [NewEvent("ticket.voice_left", at, actor, None, _of(voice, "ticket"))])
    _tell_both(session, new, voice, actor=actor, at=at)


def part_from(
    session: Session,
    survivor: Ticket,
    absorbed: Ticket,
    after: TicketState,
    *,
    because: str | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Assignment | None:
    """The ticket stands on its own again: state, assignments and cards as before. Returns its lead in force. ``because``: why,
    where nobody took them apart."""
    link = link_in_force(session, absorbed.ticket_id)
    link.ended_at = at
    _call_off(session, absorbed, link, actor=actor, at=at)
    asked_in, absorbed.round = absorbed.round, link.kept["round"]
    parts = assignments(session, absorbed.ticket_id)
    restored = [part for part in parts if str(part.number) in link.kept["next_at"]]
    for part in restored:
        _restore(session, part, link.kept["next_at"][str(part.number)])
    lead = next((part for part in reversed(parts) if part.role == LEAD and part.withdrawn_at is None), None)
    absorbed.state, absorbed.state_before = after, None
    absorbed.merged_at = absorbed.merged_into_id = None
    absorbed.unit_id = lead.unit_id if lead else None
    absorbed.unmerged_at = absorbed.changed_at = survivor.changed_at = at
    settle_unreached(session, absorbed, link, asked_in, lead, reference=reference, actor=actor, at=at)
    data = _of(survivor, "from") | {"state": after, "assignments": [part.number for part in restored]}
    data |= {"because": because} if because else {}
    events.record(session, absorbed, [NewEvent("ticket.unmerged", at, actor, None, data)])
    events.record(session, survivor, [NewEvent("ticket.voice_left", at, actor, None, _of(absorbed, "ticket"))])
    return lead


def call_off_voice(
    session: Session,
    voice: Ticket,
    lead: Assignment | None,
    *,
    is_asked: bool,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """A voice that went back with its ticket is asked when that is asked: its old survivor's follow-up was not for it."""
    link = link_in_force(session, voice.ticket_id)
    if not is_asked:
        _call_off(session, voice, link, actor=actor, at=at)
    settle_unreached(session, voice, link, voice.round, lead, reference=reference, actor=actor, at=at)


def settle_unreached(
    session: Session,
    ticket: Ticket,
    link: TicketMerge,
    round_: int,
    lead: Assignment | None,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """A voice that was not to be reached was called about another unit's work. Where its own is over too that stands, and
    its own ``lead`` is charged (rules.md §6); else nobody has asked yet about it, and the caller is asked when it is due."""
    found = session.get(FollowUp, (ticket.ticket_id, round_))
    if found is None or found.state != FollowUpState.UNREACHED or not _was_asked_as_voice(link, round_):
        return
    if lead is None or round_ != ticket.round or not _is_over(lead, at):
        void(session, ticket, found, actor=actor, at=at)
        return
    if found.charged_unit_id == lead.unit_id:
        return
    unit = reference.by_id[lead.unit_id].code
    found.charged_unit_id, ticket.changed_at = lead.unit_id, at
    if round_ == 1:
        ticket.charged_unit_id = lead.unit_id
    data = {"round": round_, "charged": unit, "assignment": lead.number}
    events.record(session, ticket, [NewEvent("follow_up.charged", at, actor, unit, data)])


def _is_over(lead: Assignment, at: datetime) -> bool:
    return lead.completed_at is not None or (lead.due_at is not None and lead.due_at <= at)


def _was_asked_as_voice(link: TicketMerge, round_: int) -> bool:
    return bool(round_ != link.kept["round"] or not link.kept["had_follow_up"])


def _call_off(session: Session, voice: Ticket, link: TicketMerge, *, actor: str, at: datetime) -> None:
    """Unless it was being asked already when it became a voice."""
    if _was_asked_as_voice(link, voice.round):
        call_off(session, voice, reason="unmerged", actor=actor, at=at)


def _restore(session: Session, part: Assignment, next_at: str | None) -> None:
    """As it was before: the due instants have not changed, what came due meanwhile the next sweep finds."""
    before = AssignmentState.ACKNOWLEDGED if part.acknowledged_at else AssignmentState.SENT
    states.require_assignment_move(part.state, before)
    session.execute(
        update(Card)
        .where(
            Card.ticket_id == part.ticket_id,
            Card.assignment_number == part.number,
            Card.withdrawn_at == part.withdrawn_at,
        )
        .values(withdrawn_at=None)
    )
    part.state, part.withdrawn_at, part.withdrawn_for = before, None, None
    part.next_at = datetime.fromisoformat(next_at) if next_at else None


def _link(
    session: Session, survivor: Ticket, absorbed: Ticket, *, kept: dict[str, Any], via_id: int | None, at: datetime
) -> None:
    absorbed.merged_into_id = survivor.ticket_id
    absorbed.changed_at = survivor.changed_at = at
    last = session.scalar(select(func.max(TicketMerge.number)).where(TicketMerge.ticket_id == absorbed.ticket_id))
    session.add(
        TicketMerge(
            ticket_id=absorbed.ticket_id,
            number=(last or 0) + 1,
            into_id=survivor.ticket_id,
            via_id=via_id,
            merged_at=at,
            ended_at=None,
            kept=kept,
        )
    )


def _tell_both(session: Session, survivor: Ticket, absorbed: Ticket, *, actor: str, at: datetime) -> None:
    merged = _of(survivor, "into") | {"state_before": absorbed.state_before}
    events.record(session, absorbed, [NewEvent("ticket.merged", at, actor, None, merged)])
    joined = _of(absorbed, "ticket") | {"voice": absorbed.voice_id}
    events.record(session, survivor, [NewEvent("ticket.absorbed", at, actor, None, joined)])


def _of(ticket: Ticket, name: str) -> dict[str, Any]:
    """The other ticket, by id for whoever reads it and by number for people."""
    return {name: ticket.ticket_id, f"{name}_no": ticket.ticket_no}
