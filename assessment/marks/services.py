"""Giving marks: whom a unit may mark in a period, and writing what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.marks import queries
from assessment.marks.forms import MarkForm, mark_forms
from assessment.marks.models import UnitMark
from assessment.periods import Period
from dispatch import contract
from dispatch.kernel.errors import DomainError, NotFound


def form_of(session: Session, giver_id: int) -> MarkForm:
    """The form that this unit fills in. Raises ``NotFound`` ``mark.no_form``."""
    form = mark_forms().of_giver(contract.kind_of_unit(session, giver_id))
    if form is None:
        raise NotFound("mark.no_form", "本单位没有需要填写的互评表。")
    return form


def whom(session: Session, form: MarkForm, giver_id: int, period: Period) -> list[contract.UnitInEffect]:
    """The units that ``giver_id`` may mark in the period, by code: never itself."""
    units = contract.units_in_effect(session, form.receiver, period.start, period.end)
    # The tree as it stood at the period's end: whoever was in the district then was worked with.
    districts = contract.districts_of(session, [giver_id, *(unit.unit_id for unit in units)], period.last_instant)
    own = districts.get(giver_id)
    return [
        unit
        for unit in units
        if unit.unit_id != giver_id
        and (
            (own is not None and districts.get(unit.unit_id) == own)
            or (form.with_city and unit.unit_id not in districts)
        )
    ]


def give(
    session: Session,
    giver_id: int,
    period_name: str,
    marks: Mapping[str, str],
    *,
    actor: str,
    zone: ZoneInfo,
    at: datetime,
) -> int:
    """Add a version of each mark (by unit code; blank takes it back) that says something new; how many.

    Raises ``DomainError`` ``period.unreadable``, ``period.not_begun``, ``mark.unknown_unit``, ``mark.out_of_range``; ``NotFound``
    ``mark.no_form``.
    """
    period = Period.named(period_name, zone)
    period.require_begun(at)
    # One at a time per unit and period: two heads of one unit must not race for the same version.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"marks {giver_id} {period.name}", 0))))
    form, highest = form_of(session, giver_id), mark_forms().highest
    units = {unit.code: unit.unit_id for unit in whom(session, form, giver_id, period)}
    standing = queries.given_by(session, giver_id, period.name, at)
    row = {"form": form.name, "period": period.name, "giver_id": giver_id, "highest": highest}
    added = 0
    for code, typed in marks.items():
        if code not in units:
            raise DomainError("mark.unknown_unit", f"不能给编码为“{code}”的单位打分。", field=f"mark-{code}")
        mark, last = _mark(code, typed), standing.get(units[code])
        if mark == (last.mark if last else None):
            continue
        version = last.version + 1 if last else 1
        session.add(UnitMark(**row, unit_id=units[code], version=version, mark=mark, entered_by=actor, entered_at=at))
        added += 1
    session.flush()
    return added


def _mark(code: str, typed: str) -> int | None:
    scale = mark_forms()
    allowed = {str(mark): mark for mark in range(scale.lowest, scale.highest + 1)}
    if typed.strip() and typed.strip() not in allowed:
        raise DomainError(
            "mark.out_of_range", f"给 {code} 的分应为 {scale.lowest} 到 {scale.highest} 的整数。", field=f"mark-{code}"
        )
    return allowed.get(typed.strip())
