"""What was entered, as of an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from assessment.given.models import GivenValue
from dispatch import contract


@dataclass(frozen=True)
class Entry:
    """The last version of one value; ``value`` None: withdrawn."""

    code: str
    unit_id: int
    version: int
    value: Decimal | None
    source: str
    entered_by: str
    entered_at: datetime


def values(session: Session, keys: Sequence[str], period: str, as_of: datetime) -> dict[str, dict[str, Fraction]]:
    """By unit code and key: the values in force at ``as_of``, exact."""
    last, units = _last(keys, period, as_of).subquery(), contract.unit_codes().subquery()
    query = select(units.c.code, last.c.key, last.c.value).join(units, units.c.unit_id == last.c.unit_id)
    found: dict[str, dict[str, Fraction]] = {}
    for code, key, value in session.execute(query.where(last.c.value.is_not(None)).order_by(units.c.code, last.c.key)):
        found.setdefault(code, {})[key] = Fraction(value)
    return found


def entries(session: Session, key: str, period: str, as_of: datetime) -> dict[str, Entry]:
    """By unit code: the last version of each, with who entered it and whence."""
    last, units = _last([key], period, as_of).subquery(), contract.unit_codes().subquery()
    names = ("unit_id", "version", "value", "source", "entered_by", "entered_at")
    query = select(units.c.code, *(last.c[name] for name in names)).join(units, units.c.unit_id == last.c.unit_id)
    return {row["code"]: Entry(**row) for row in session.execute(query).mappings()}


def _last(keys: Sequence[str], period: str, as_of: datetime) -> Select[Any]:
    of = GivenValue
    return (
        select(of.__table__)
        .ext(distinct_on(of.key, of.unit_id))
        .where(of.key.in_(keys), of.period == period, of.entered_at <= as_of)
        .order_by(of.key, of.unit_id, of.version.desc())
    )
