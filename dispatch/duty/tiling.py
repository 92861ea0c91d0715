"""Shifts that follow each other without gap or overlap: a first day, so many days, and the times at which people change over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import cycle, pairwise

from dispatch.duty.checks import NewShift
from dispatch.kernel.errors import DomainError

Span = tuple[datetime, datetime]


def tile(first_day: date, days: int, changes: Sequence[time], zone: tzinfo) -> list[Span]:
    """Spans from the first change on ``first_day`` to the first change ``days`` days later, cut at each change.

    The last span of a day runs across midnight to the next day's first change. Local times in ``zone``, in any order.
    """
    if not changes:
        raise DomainError("duty.changes_missing", "请填写交接班时间，例如 08:30 18:00。", field="changes")
    if days <= 0:
        raise DomainError("duty.days_missing", "天数须为正整数。", field="days")
    times = sorted(set(changes))
    dates = [first_day + timedelta(days=number) for number in range(days)]
    cuts = [_instant(day, at, zone) for day in dates for at in times]
    return list(pairwise([*cuts, _instant(first_day + timedelta(days=days), times[0], zone)]))


def in_turn(spans: Iterable[Span], people: Sequence[tuple[int, int | None]], unit_id: int) -> list[NewShift]:
    """``spans`` filled by ``people`` (account, backup) in turn, from the first again after the last."""
    if not people:
        raise DomainError("duty.people_missing", "请填写轮流值班的人员。", field="people")
    return [NewShift(unit_id, *span, *turn) for span, turn in zip(spans, cycle(people), strict=False)]


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone)
