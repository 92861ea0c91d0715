"""The parts that others have in a lead's ticket: supports and handlers, which end when the lead's part does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import UnitRef, reference
from dispatch.hops.clocks import PartClock
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.tickets import states
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import parts_of
from dispatch.tickets.states import AssignmentState

SUPPORT = "support"
HANDLER = "handler"
OPEN = (AssignmentState.SENT, AssignmentState.ACKNOWLEDGED)


def open_parts(session: Session, ticket_id: int, *roles: str) -> Sequence[Assignment]:
    """The supports and handlers (or those of ``roles``) that have not reported yet, by number."""
    wanted = roles or (SUPPORT, HANDLER)
    return [part for part in parts_of(session, ticket_id) if part.role in wanted and part.state in OPEN]


def add_part(
    session: Session, ticket: Ticket, parent: Assignment, unit: UnitRef, role: str, clock: PartClock, *, at: datetime
) -> Assignment:
    """A new part below ``parent``, of the same round, on the locked ticket."""
    ticket.assignment_count += 1
    ticket.changed_at = at
    part = Assignment(
        ticket_id=ticket.ticket_id,
        number=ticket.assignment_count,
        round=parent.round,
        role=role,
        parent_number=parent.number,
        unit_id=unit.unit_id,
        state=AssignmentState.SENT,
        sent_at=at,
        limit_text=clock.limit_text,
        policy_version=clock.policy_version,
        acknowledge_due_at=clock.acknowledge_due_at,
        due_at=clock.due_at,
        is_due_provisional=clock.is_due_provisional,
        is_designated=False,
        yellow_at=clock.yellow_at,
        next_at=clock.next_at,
    )
    session.add(part)
    return part


def below(parts: Iterable[Assignment], number: int) -> list[Assignment]:
    """The handlers that hang under this part, over any number of levels."""
    found: list[Assignment] = []
    above = {number}
    for part in parts:  # by number: a child always comes after its parent
        if part.role == HANDLER and part.parent_number in above:
            above.add(part.number)
            found.append(part)
    return found


def release(
    session: Session,
    ticket: Ticket,
    parts: Iterable[Assignment],
    *,
    reason: str,
    actor: str,
    at: datetime,
    **said: object,
) -> None:
    """End open parts; their cards stand, since their clock was their own. ``said``: more for the event."""
    for part in parts:
        states.require_assignment_move(part.state, AssignmentState.WITHDRAWN)
        part.state, part.withdrawn_at, part.withdrawn_for = AssignmentState.WITHDRAWN, at, reason
        part.next_at = None
        ticket.changed_at = at
        unit = unit_code(session, part)
        data = {"assignment": part.number, "unit": unit, "reason": reason, **said}
        if part.role == SUPPORT:
            events.record(session, ticket, [NewEvent("support.released", at, actor, unit, data)])
        else:
            events.record(session, ticket, [NewEvent("hop.recalled", at, actor, unit, data)])


def unit_code(session: Session, part: Assignment) -> str:
    """The code of the part's unit, which may be gone by now."""
    return reference(session).by_id[part.unit_id].code


def release_all(session: Session, ticket: Ticket, *, reason: str, actor: str, at: datetime) -> None:
    """The lead's part has ended or moved: nobody works for it any more. The ticket is locked."""
    release(session, ticket, open_parts(session, ticket.ticket_id), reason=reason, actor=actor, at=at)
