"""Whoever is on duty is called by an event, and what counts as their answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.directory.snapshot import Reference
from dispatch.duty import queries
from dispatch.duty.models import DutyCall, DutyShift
from dispatch.kernel.errors import NotFound
from dispatch.kernel.events import Event
from dispatch.kernel.rows import insert_all
from dispatch.limits.duty_rules import DutyRules
from dispatch.tickets.models import Assignment

OWN = frozenset({"unit_officer", "unit_head"})


def hear(session: Session, events: Sequence[Event], *, rules: DutyRules, reference: Reference, at: datetime) -> None:
    """Call whoever is on duty where these events call somebody. Part of the inbox's effect: running twice does nothing new.

    Nobody where the unit has no shift as the call goes out. An event that waited (a worker was away) calls whoever is there
    now, and their minutes count from now.
    """
    calling = [
        (event, unit.unit_id, max(event.at, at))
        for event in events
        if rules.is_call(event.type, event.data) and _is_of_the_unit(event)
        if (unit := reference.known.get(event.unit_code or "")) is not None
    ]
    if not calling:
        return
    rota = queries.rota(session, {(unit_id, moment) for _, unit_id, moment in calling})
    called = [(event, rota[unit_id, moment], moment) for event, unit_id, moment in calling if (unit_id, moment) in rota]
    urgencies = queries.urgencies(session, {event.ticket_id for event, _, _ in called}) if called else {}
    rows = [
        _first_call(event, shift, rules.wait(urgencies[event.ticket_id]), at=moment) for event, shift, moment in called
    ]
    insert_all(session, [(DutyCall, rows)], keep_old=True)


def _is_of_the_unit(event: Event) -> bool:
    """A step of the ladder that tells only those above calls nobody below."""
    return "tell" not in event.data or not OWN.isdisjoint(event.data["tell"])


def _first_call(event: Event, shift: DutyShift, wait: timedelta, *, at: datetime) -> dict[str, object]:
    return {
        "unit_id": shift.unit_id,
        "shift_id": shift.shift_id,
        "account_id": shift.account_id,
        "ticket_id": event.ticket_id,
        "event_number": event.number,
        "event_type": event.type,
        "is_backup": False,
        "called_at": at,
        "backup_due_at": at + wait,
    }


def add_calls(session: Session, account_ids: Iterable[int], shift: DutyShift, **values: object) -> None:
    """One call to each of these accounts, unless the event has called them already."""
    rows = [
        {"unit_id": shift.unit_id, "shift_id": shift.shift_id, "account_id": account_id, **values}
        for account_id in account_ids
    ]
    if rows:
        session.execute(pg_insert(DutyCall).values(rows).on_conflict_do_nothing())


def acting_unit_id(session: Session, event: Event) -> int | None:
    """Whose part the event is about: its assignment's unit, or else the unit it names."""
    number = event.data.get("assignment")
    if isinstance(number, int):
        query = select(Assignment.unit_id).where(Assignment.ticket_id == event.ticket_id, Assignment.number == number)
        return session.scalar(query)
    return session.scalar(select(Unit.unit_id).where(Unit.code == event.unit_code))


def first_act(session: Session, call_: DutyCall, acts: Sequence[str]) -> datetime | None:
    """When the unit first acted on the ticket after what called it; asked of the events, since a consumer may be behind."""
    later = select(Event).where(
        Event.ticket_id == call_.ticket_id, Event.number > call_.event_number, Event.type.in_(acts)
    )
    mine = (event for event in session.scalars(later.order_by(Event.number)) if _is_of(session, event, call_))
    return next((event.at for event in mine), None)


def _is_of(session: Session, event: Event, call_: DutyCall) -> bool:
    return acting_unit_id(session, event) == call_.unit_id


def read(session: Session, call_id: int, *, account_id: int, at: datetime) -> DutyCall:
    """The person has seen it. A second time changes nothing. Raises 404 ``duty.unknown_call`` for another one's."""
    found = session.get(DutyCall, call_id, with_for_update=True, populate_existing=True)
    if found is None or found.account_id != account_id:
        raise NotFound("duty.unknown_call", "没有这条值班呼叫，或不是发给您的。")
    if found.read_at is None:
        found.read_at = at
    return found


def read_ticket(session: Session, ticket_id: int, *, account_id: int, at: datetime) -> None:
    """The person has opened the ticket: whatever called them to it is read."""
    mine = update(DutyCall).where(
        DutyCall.ticket_id == ticket_id, DutyCall.account_id == account_id, DutyCall.read_at.is_(None)
    )
    session.execute(mine.values(read_at=at).execution_options(synchronize_session=False))
