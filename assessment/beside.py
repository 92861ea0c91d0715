"""What people entered for the units of a period, as ranking takes it, and as a publication keeps it beside its facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from assessment.conditions import BLAMES
from assessment.counted import Beside
from assessment.given.queries import values
from assessment.marks.queries import sums_of
from assessment.periods import Period
from assessment.schemes.model import Indicator, Scheme


def entered(session: Session, scheme: Scheme, period: Period, as_of: datetime) -> dict[str, Beside]:
    """By unit code: marks and given values entered by ``as_of`` for the period of this name, where the scheme asks; else nothing.

    Months are found by name: ``2026-10`` of a scheme that begins on the 19th takes what was entered for 2026-10.
    """
    keys = [rule.key for rule in scheme.given]
    given = values(session, keys, period.name, as_of) if keys else {}
    marks = sums_of(session, period.name, as_of) if Indicator.PEER_MARKS in scheme.indicators else {}
    return {
        code: Beside(marks=marks.get(code, (0, 0))[0], marks_most=marks.get(code, (0, 0))[1], given=given.get(code, {}))
        for code in dict.fromkeys((*given, *marks))
    }


def kept(aside: Mapping[str, int], beside: Beside | None) -> dict[str, Any] | None:
    """The same as JSON without floats; None where there is nothing. What has a column of its own is not said twice."""
    found: dict[str, Any] = {}
    if counts := {name: number for name, number in sorted(aside.items()) if name not in BLAMES}:
        found["counts"] = counts
    if beside is not None and beside.marks_most:
        found["marks"] = [beside.marks, beside.marks_most]
    if beside is not None and beside.given:
        found["given"] = {key: str(value) for key, value in sorted(beside.given.items())}
    return found or None


def counts_kept(more: Mapping[str, Any] | None) -> dict[str, int]:
    """The fields of ``Counts`` in what ``kept`` made."""
    return {name: int(number) for name, number in (more or {}).get("counts", {}).items()}


def entered_kept(more: Mapping[str, Any]) -> Beside:
    """The marks and given values in what ``kept`` made."""
    marks = more.get("marks", (0, 0))
    given = {key: Fraction(value) for key, value in more.get("given", {}).items()}
    return Beside(marks=int(marks[0]), marks_most=int(marks[1]), given=given)
