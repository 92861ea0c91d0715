"""Marks as of an instant: by who gave them, and summed by who got them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from assessment.marks.models import UnitMark
from dispatch import contract


@dataclass(frozen=True)
class Given:
    """The last version of what one unit gave another."""

    version: int
    mark: int | None


def sums_of(session: Session, period: str, as_of: datetime) -> dict[str, tuple[int, int]]:
    """By code of the unit marked: the sum of its marks, and what it would be were each the highest."""
    return {code: (total, most) for code, (total, most, _many) in results(session, period, as_of).items()}


def results(session: Session, period: str, as_of: datetime) -> dict[str, tuple[int, int, int]]:
    """The same with how many units gave one."""
    last, units = _last(period, as_of).subquery(), contract.unit_codes().subquery()
    query = (
        select(units.c.code, func.sum(last.c.mark), func.sum(last.c.highest), func.count())
        .join(units, units.c.unit_id == last.c.unit_id)
        .where(last.c.mark.is_not(None))
        .group_by(units.c.code)
    )
    return {code: (int(total), int(most), int(many)) for code, total, most, many in session.execute(query)}


def given_by(session: Session, giver_id: int, period: str, as_of: datetime) -> dict[int, Given]:
    """By id of the unit marked: what ``giver_id`` last gave it."""
    last = _last(period, as_of).where(UnitMark.giver_id == giver_id).subquery()
    rows = session.execute(select(last.c.unit_id, last.c.version, last.c.mark))
    return {row.unit_id: Given(row.version, row.mark) for row in rows}


def _last(period: str, as_of: datetime) -> Select[Any]:
    of = UnitMark
    return (
        select(of.__table__)
        .ext(distinct_on(of.giver_id, of.unit_id))
        .where(of.period == period, of.entered_at <= as_of)
        .order_by(of.giver_id, of.unit_id, of.version.desc())
    )
