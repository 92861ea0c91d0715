"""Verbs of the rota: enter shifts, hand a running one over, remove one that has not begun.

Whoever changes a unit's rota holds the unit's row, so two writers see each other; the table itself refuses an overlap too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.directory.snapshot import Reference
from dispatch.duty import queries
from dispatch.duty.checks import NewShift, check_people, check_span, clashing, overlap
from dispatch.duty.models import DutyShift
from dispatch.kernel.errors import Conflict, NotFound


def unit_in_scope(code: str, units: Collection[int] | None, reference: Reference) -> int:
    """The unit's id. Raises the same 404 ``duty.unknown_unit`` for one that is not there and one that is not theirs."""
    found = reference.by_code.get(code)
    if found is None or (units is not None and found.unit_id not in units):
        raise NotFound("duty.unknown_unit", "没有这个单位，或您无权安排它的值班。", field="unit_code")
    return found.unit_id


def enter(
    session: Session,
    shifts: Sequence[NewShift],
    *,
    units: Collection[int] | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> list[DutyShift]:
    """Enter all of ``shifts`` or none of them. ``units``: whose rota and people the one who enters may dispose of."""
    if not shifts:
        return []
    _hold(session, {shift.unit_id for shift in shifts})
    people = queries.accounts(session, ids=_named(shifts))
    for shift in shifts:
        check_span(shift, reference, at=at)
        check_people(shift, people, units, reference)
    _refuse_overlaps(session, shifts)
    made = [
        DutyShift(
            unit_id=shift.unit_id,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            account_id=shift.account_id,
            backup_id=shift.backup_id,
            entered_at=at,
            entered_by=actor,
        )
        for shift in shifts
    ]
    session.add_all(made)
    session.flush()
    return made


def hand_over(
    session: Session,
    shift_id: int,
    *,
    units: Collection[int] | None,
    to: int | None = None,
    backup: int | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> DutyShift | None:
    """End a running shift at ``at``; with ``to``, that account has the rest of it. What was before stays as it was."""
    shift = _lock_shift(session, shift_id, units)
    if not shift.starts_at < at < shift.ends_at:
        raise Conflict("duty.not_running", "这个班次不在进行中，不能交班。")
    until, unit_id = shift.ends_at, shift.unit_id
    shift.ends_at = at
    session.flush()
    if to is None:
        return None
    rest = NewShift(unit_id, at, until, to, backup)
    return enter(session, [rest], units=units, reference=reference, actor=actor, at=at)[0]


def remove(session: Session, shift_id: int, *, units: Collection[int] | None, at: datetime) -> None:
    """Remove a shift that has not begun. One that has called somebody stays, also where a clock was set back."""
    shift = _lock_shift(session, shift_id, units)
    if shift.starts_at < at or queries.is_called(session, shift_id):
        raise Conflict("duty.shift_begun", "班次已经开始，不能删除；可以交班。")
    session.delete(shift)
    session.flush()


def _refuse_overlaps(session: Session, shifts: Sequence[NewShift]) -> None:
    since, until = min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts)
    units = {shift.unit_id for shift in shifts}
    taken = [
        NewShift(shift.unit_id, shift.starts_at, shift.ends_at, shift.account_id)
        for shift in queries.overlapping(session, units, since=since, until=until)
    ]
    if clashing([*taken, *shifts]):
        raise overlap()


def _named(shifts: Iterable[NewShift]) -> set[int]:
    return {one for shift in shifts for one in (shift.account_id, shift.backup_id) if one is not None}


def _lock_shift(session: Session, shift_id: int, units: Collection[int] | None) -> DutyShift:
    """The shift, read after its unit is held: nobody changes it meanwhile."""
    _hold(session, {queries.shift_of(session, shift_id, units).unit_id})
    return queries.shift_of(session, shift_id, units)


def _hold(session: Session, unit_ids: Collection[int]) -> None:
    """Hold the units' rows against other writers of a rota; tickets that refer to a unit do not wait for it."""
    held = select(Unit.unit_id).where(Unit.unit_id.in_(sorted(unit_ids))).order_by(Unit.unit_id)
    session.execute(held.with_for_update(key_share=True))
