"""升级提醒: at which instants of an assignment's limit who is told, by the policy's ladder. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.cards import red_at
from dispatch.limits.rules import Limit, extended
from dispatch.limits.values import Unit, to_utc

TOLD = ("unit_officer", "unit_head", "district", "city")
DUE = "due"

_LEFT = re.compile(r"([1-9][0-9]?)%")
_WHOLE = 100
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Who is told (``tell``) when ``left`` of the limit as first set is left, at expiry, or ``after`` it."""

    name: str
    tell: tuple[str, ...]
    left: Fraction | None = None
    after: Limit | None = None

    @classmethod
    def parse(cls, text: str, tell: Sequence[str]) -> LadderStep:
        """Read ``50%``, ``due`` or ``+1wd``; anything else is ``policy.step_unreadable``."""
        if text == DUE:
            return cls(text, tuple(tell))
        share = _LEFT.fullmatch(text)
        if share is not None:
            return cls(text, tuple(tell), left=Fraction(int(share[1]), _WHOLE))
        if text.startswith("+"):
            return cls(text, tuple(tell), after=Limit.parse(text.removeprefix("+")))
        raise DomainError("policy.step_unreadable", f"时点“{text[:20]}”无法识别，应形如 50%、due 或 +1wd。")


def step_at(step: LadderStep, start: datetime, limit: Limit, due: datetime, calendar: Calendar) -> datetime | None:
    """When ``step`` falls for the due instant in force, in UTC; None where that is not after ``start``.

    A share of days is so many whole days, rounded up, before the day that ``due`` closes; of working hours it is office time;
    of elapsed limits plain time. After expiry the span counts on like an extension (rules.md §1).
    """
    end = to_utc(due)
    if step.left is not None:
        moment = _before(step.left, limit, end, calendar)
    else:
        moment = extended(end, step.after, calendar) if step.after else end + datetime.resolution
    return moment if moment > to_utc(start) else None


def _before(left: Fraction, limit: Limit, due: datetime, calendar: Calendar) -> datetime:
    if limit.unit is Unit.WORKING_HOURS:
        return calendar.instant_at_office_time(
            calendar.office_time_at(due) - int(limit.duration // _MICROSECOND * left)
        )
    if limit.is_elapsed:
        return due - int(limit.duration // _MICROSECOND * left) * _MICROSECOND
    days = -(-limit.amount * left.numerator // left.denominator)
    last = calendar.day_closed_by(due)
    if limit.unit is Unit.WORKING_DAYS:
        return calendar.end_of(calendar.nth_working_day_after(last - timedelta(days=1), 1 - days))
    return calendar.end_of(last - timedelta(days=days))


def first_at(
    steps: Sequence[LadderStep],
    start: datetime,
    limit: Limit,
    due: datetime,
    yellow: datetime | None,
    calendar: Calendar,
) -> datetime:
    """The first instant at which anything happens to a lead's limit: a step, the yellow card, or expiry."""
    ahead = (step_at(step, start, limit, due, calendar) for step in steps if step.left is not None)
    return min(moment for moment in (yellow, red_at(due), *ahead) if moment is not None)
