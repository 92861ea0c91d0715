"""What a ticket takes with it when it leaves its lead: open requests lapse, clocks that stood run again (rules.md §3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.hops.parts import release_all
from dispatch.kernel import events, sides
from dispatch.kernel.events import NewEvent
from dispatch.tickets import clock
from dispatch.tickets.clock_models import Extension, Suspension
from dispatch.tickets.clock_states import E, S, SuspensionState
from dispatch.tickets.models import Assignment, Ticket

_ASKED = select(Extension).where(Extension.ticket_id == bindparam("of_ticket"), Extension.state == E.ASKED)
_SUSPENSIONS = select(Suspension).where(
    Suspension.ticket_id == bindparam("of_ticket"), Suspension.state.in_(bindparam("states", expanding=True))
)


def settle(session: Session, ticket: Ticket, *, reference: Reference, actor: str, at: datetime) -> None:
    """What a ticket that leaves its lead (withdrawn, merged, reassigned, completed) takes with it: requests, helpers, running pauses."""
    release_all(session, ticket, reason="lead_moved", actor=actor, at=at)
    lapse(session, ticket, reference=reference, actor=actor, at=at)
    held = in_states(session, ticket.ticket_id, S.ASKED, S.RUNNING)
    asked, standing = held.get(S.ASKED), held.get(S.RUNNING)
    if asked is not None:
        asked.state, asked.decided_at, asked.decided_by = S.LAPSED, at, actor
        data: dict[str, object] = {"suspension": asked.number, "until": asked.until.isoformat(), "lapsed": True}
        _record(session, ticket, "suspension.refused", asked.unit_id, data, reference=reference, actor=actor, at=at)
    if standing is not None:
        standing.state, standing.ended_at = S.ENDED, at
        data = {"suspension": standing.number, "because": "moved_on"}
        _record(session, ticket, "suspension.ended", standing.unit_id, data, reference=reference, actor=actor, at=at)
    clock.resume(session, ticket, reference=reference, actor=actor, at=at)


def lapse(
    session: Session, ticket: Ticket, lead: Assignment | None = None, *, reference: Reference, actor: str, at: datetime
) -> None:
    """No decision by the due instant is a refusal, and so is a new lead (rules.md §3). ``lead``: only its own."""
    asked = open_request(session, ticket.ticket_id)
    if asked is None or (lead is not None and lead.number != asked.assignment_number):
        return
    asked.state, asked.decided_at, asked.decided_by = E.LAPSED, at, actor
    data: dict[str, object] = {"extension": asked.number, "amount": asked.amount, "lapsed": True}
    _record(session, ticket, "extension.refused", asked.unit_id, data, reference=reference, actor=actor, at=at)


def _record(
    session: Session,
    ticket: Ticket,
    kind: str,
    unit_id: int,
    data: dict[str, object],
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    events.record(session, ticket, [NewEvent(kind, at, actor, reference.by_id[unit_id].code, data)])


def open_request(session: Session, ticket_id: int) -> Extension | None:
    """The request that waits for its decision."""
    if sides.is_empty(session, Extension, ticket_id):
        return None
    return session.scalars(_ASKED, {"of_ticket": ticket_id}).first()


def in_state(session: Session, ticket_id: int, state: SuspensionState) -> Suspension | None:
    """The ticket's suspension in this state."""
    return in_states(session, ticket_id, state).get(state)


def in_states(session: Session, ticket_id: int, *states: SuspensionState) -> dict[SuspensionState, Suspension]:
    """The ticket's suspensions in these states, of which each holds one at most."""
    if sides.is_empty(session, Suspension, ticket_id):
        return {}
    session.flush()
    found = session.scalars(_SUSPENSIONS, {"of_ticket": ticket_id, "states": states})
    return {SuspensionState(one.state): one for one in found}
