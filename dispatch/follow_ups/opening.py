"""When a follow-up opens (rules.md §4): once per round, at the current lead's due instant, or at completion where the policy says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.placing import Placed, invitation
from dispatch.follow_ups.states import FollowUpState
from dispatch.follow_ups.voices import open_for_voices, place
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Assignment, Ticket

# While one of these holds, the follow-up waits until it ends.
HOLDING_TICKET_STATES = frozenset({"suspended", "awaiting_dispatch", "withdrawn", "merged", "closed", "archived"})
UNASKED_LEAD_STATES = frozenset({"disputed", "withdrawn"})
AT_COMPLETION = "completion"


def open_if_due(
    session: Session, ticket: Ticket, lead: Assignment, *, reference: Reference, actor: str, at: datetime
) -> bool:
    """Open the round's follow-up if its moment has come and nothing holds it; says whether it did. The ticket is locked."""
    at_completion = reference.procedure.follow_up_opens == AT_COMPLETION and lead.completed_at is not None
    is_due = lead.due_at is not None and lead.due_at <= at
    if not (is_due or at_completion) or is_held(ticket.state, lead.state):
        return False
    found = session.get(FollowUp, (ticket.ticket_id, ticket.round))
    if found is not None and found.state != FollowUpState.CANCELLED:
        return False
    placed = place(session, ticket, found, charged_unit_id=lead.unit_id, reference=reference, at=at)
    unit = reference.by_id[lead.unit_id].code
    events.record(session, ticket, opened(placed, charged=unit, number=lead.number, actor=actor, at=at))
    open_for_voices(session, ticket, reference=reference, actor=actor, at=at)
    return True


def is_held(ticket_state: str, lead_state: str) -> bool:
    """Whether something makes the follow-up wait, or the lead is nobody to ask about."""
    return lead_state in UNASKED_LEAD_STATES or ticket_state in HOLDING_TICKET_STATES


def opened(follow_up: Placed, *, charged: str, number: int, actor: str, at: datetime) -> list[NewEvent]:
    """The events of a follow-up that opens about assignment ``number`` of the unit ``charged``."""
    data = {"round": follow_up.round, "charged": charged, "assignment": number}
    return [NewEvent("follow_up.opened", at, actor, charged, data), *invitation(follow_up, actor=actor, at=at)]
