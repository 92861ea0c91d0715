"""The instants of yellow and red cards (``rules.md`` §1, Cards). Issuing and withdrawing them happens elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Self

from dispatch.limits.calendar import Calendar
from dispatch.limits.values import Limit, Unit, to_utc

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """Long elapsed limits (``long_from`` and more) warn ``ahead`` of the due instant, others at ``share_left``."""

    long_from: timedelta
    ahead: timedelta
    share_left: Fraction

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """From ``[cards]`` of a policy file."""
        hours = timedelta(hours=data["long_hours"]), timedelta(hours=data["ahead_hours"])
        return cls(*hours, Fraction(data["share_left"]))


def yellow_at(start: datetime, limit: Limit, due: datetime, calendar: Calendar, policy: CardPolicy) -> datetime | None:
    """When the yellow card of the due instant in force falls, in UTC; None where that is not after ``start``.

    ``limit`` is the limit as first set: it says the unit, and the length of which a share must be left.
    """
    warns_at = _warns_at(limit, to_utc(due), calendar, policy)
    return warns_at if warns_at > to_utc(start) else None


def red_at(due: datetime) -> datetime:
    """The first instant after ``due``, in UTC."""
    return to_utc(due) + datetime.resolution


def is_on_time(done_at: datetime, due: datetime) -> bool:
    """On time ⇔ done ≤ due."""
    return to_utc(done_at) <= to_utc(due)


def _warns_at(limit: Limit, due: datetime, calendar: Calendar, policy: CardPolicy) -> datetime:
    if limit.unit is Unit.WORKING_HOURS:
        return calendar.instant_at_office_time(calendar.office_time_at(due) - _share(limit, policy) // _MICROSECOND)
    if limit.is_elapsed:
        is_long = limit.duration >= policy.long_from
        return due - (policy.ahead if is_long else _share(limit, policy))
    day_before = calendar.day_closed_by(due) - timedelta(days=1)
    if limit.unit is Unit.WORKING_DAYS:
        day_before = calendar.nth_working_day_after(day_before, 0)
    return calendar.end_of(day_before)


def _share(limit: Limit, policy: CardPolicy) -> timedelta:
    return int(limit.duration // _MICROSECOND * policy.share_left) * _MICROSECOND
