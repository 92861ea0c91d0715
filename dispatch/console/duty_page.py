"""What the page of the rota shows: rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access.models import Account
from dispatch.access.scope import tickets_in_scope, unit_ids_in_scope
from dispatch.console import choices, scope
from dispatch.console.timing import local, span_words
from dispatch.directory.snapshot import Reference, reference
from dispatch.duty import queries
from dispatch.duty.checks import roles_called
from dispatch.kernel.person import Person

CALLS = 50
UNITS = 200
SHIFTS = 500


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of this person. ``title``: None where the ticket is no longer theirs to read."""

    call_id: int
    ticket_no: str
    title: str | None
    urgency: str
    event_type: str
    unit_name: str
    is_backup: bool
    called_at: datetime
    read_at: datetime | None
    waiting: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift of the rota."""

    shift_id: int
    unit_id: int
    unit_name: str
    starts_at: datetime
    ends_at: datetime
    name: str
    backup: str | None


def values(session: Session, typed: str, *, person: Person, at: datetime) -> dict[str, Any]:
    """Everything that the template asks for; ``typed``: the unit that is looked at, blank for all in scope."""
    city = reference(session, at)
    scope_ids = unit_ids_in_scope(session, person, at=at)
    chosen = city.by_code.get(choices.unit_code_of(typed, city) or "")
    if chosen is not None and scope_ids is not None and chosen.unit_id not in scope_ids:
        chosen = None
    units = scope_ids if chosen is None else [chosen.unit_id]
    until = at + city.procedure.duty.ahead
    shifts = [_shift(row, city) for row in queries.shifts_between(session, units, since=at, until=until, limit=SHIFTS)]
    on_duty = [_shift(row, city) for row in queries.on_duty_now(session, units, at=at, limit=UNITS)]
    may_keep = person.may("duty.keep")
    own = chosen or city.by_id.get(person.unit_id or 0)
    people = _people(session, {own.unit_id} if own else set(), on_duty) if may_keep else {}
    return {
        "calls": _calls(session, person, city, at) if person.may("duty.answer") else None,
        "now_on_duty": on_duty,
        "unmanned": [city.by_id[one].name for one in queries.unmanned(session, units, at=at, limit=UNITS)],
        "ahead": [one for one in shifts if one.starts_at > at],
        "may_keep": may_keep,
        "own_unit": own,
        "chosen": choices.unit_label(chosen.name, chosen.code) if chosen is not None else "",
        "people": people,
        "unit_options": _unit_options(city, scope_ids),
        "today": local(at).date().isoformat(),
        "policy": city.procedure.duty,
    }


def _people(session: Session, unit_ids: set[int], on_duty: list[ShiftRow]) -> dict[int, list[Account]]:
    """Whom the forms may name, by unit."""
    found: dict[int, list[Account]] = {}
    wanted = unit_ids | {shift.unit_id for shift in on_duty}
    for account in queries.people_of(session, wanted, roles_called()):
        found.setdefault(account.unit_id or 0, []).append(account)
    return found


def _calls(session: Session, person: Person, city: Reference, at: datetime) -> list[CallRow]:
    found = queries.calls_of(session, person.account_id, limit=CALLS)
    seen = tickets_in_scope(session, person, [row.Ticket.ticket_id for row in found], at=at)
    titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
    return [
        CallRow(
            call_id=row.DutyCall.call_id,
            ticket_no=row.Ticket.ticket_no,
            title=(title or "") if row.Ticket.ticket_id in seen else None,
            urgency=row.Ticket.urgency,
            event_type=row.DutyCall.event_type,
            unit_name=city.by_id[row.DutyCall.unit_id].name,
            is_backup=row.DutyCall.is_backup,
            called_at=row.DutyCall.called_at,
            read_at=row.DutyCall.read_at,
            waiting=span_words(max(0, int((at - row.DutyCall.called_at).total_seconds()))),
        )
        for row, title in zip(found, titles, strict=True)
    ]


def _shift(row: queries.ShiftRow, city: Reference) -> ShiftRow:
    shift, account, backup = row
    return ShiftRow(
        shift_id=shift.shift_id,
        unit_id=shift.unit_id,
        unit_name=city.by_id[shift.unit_id].name,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        name=account.name,
        backup=backup.name if backup is not None else None,
    )


def _unit_options(city: Reference, units: frozenset[int] | None) -> list[str]:
    """Whose rota may be looked at."""
    if units is None:
        return choices.unit_options(city)
    mine = (city.by_id[one] for one in units)
    return sorted(choices.unit_label(unit.name, unit.code) for unit in mine if unit.is_in_effect)
