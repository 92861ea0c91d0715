"""Which month the demo replays: the last ended 19→18 period, and the days after it up to now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

FIRST_DAY: Final = 19
TAIL: Final = timedelta(days=3)
TAIL_PERCENT: Final = 8

# Calls by local hour, of weekdays and of weekends: the morning rush, the evening peak, a thin night.
_WEEKDAY: Final = (4, 3, 2, 2, 2, 4, 10, 30, 70, 95, 90, 75, 50, 60, 78, 80, 72, 62, 58, 55, 42, 28, 15, 8)
_WEEKEND: Final = (5, 4, 3, 2, 2, 3, 7, 18, 38, 55, 58, 50, 36, 38, 44, 46, 44, 42, 44, 42, 34, 24, 14, 8)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """``period`` (2026-11) is [starts_at, period_ends_at); the tail [tail_starts_at, ends_at) gives the desks open work."""

    period: str
    starts_at: datetime
    period_ends_at: datetime
    tail_starts_at: datetime
    ends_at: datetime


def last_window(now: datetime, zone: tzinfo) -> Window:
    """The window that ends at ``now`` (aware)."""
    local = now.astimezone(zone)
    ends = local.date().replace(day=FIRST_DAY)
    if local.day < FIRST_DAY:
        ends = (ends.replace(day=1) - timedelta(days=1)).replace(day=FIRST_DAY)
    starts = (ends.replace(day=1) - timedelta(days=1)).replace(day=FIRST_DAY)
    period_ends_at = datetime.combine(ends, time(), zone).astimezone(now.tzinfo)
    return Window(
        period=f"{ends:%Y-%m}",
        starts_at=datetime.combine(starts, time(), zone).astimezone(now.tzinfo),
        period_ends_at=period_ends_at,
        tail_starts_at=max(period_ends_at, now - TAIL),
        ends_at=now,
    )


def tail_count(tickets: int) -> int:
    """How many calls come in the tail when the period has ``tickets``."""
    return tickets * TAIL_PERCENT // 100


def arrivals(rng: Random, start: datetime, end: datetime, count: int, zone: tzinfo) -> Iterator[datetime]:
    """Exactly ``count`` rising instants in [start, end), dealt by hour of day and kind of day; nothing is kept in memory."""
    total = sum(weight for _, _, weight in _hours(start, end, zone))
    done, passed = 0, 0.0
    for since, until, weight in _hours(start, end, zone):
        passed += weight
        due = count if passed >= total else int(count * passed / total)
        yield from sorted(since + (until - since) * rng.random() for _ in range(due - done))
        done = due


def _hours(start: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime, float]]:
    """(since, until, weight) of each hour in [start, end), the first and last cut."""
    since = start
    while since < end:
        local = since.astimezone(zone)
        until = min(
            end, since + _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        )
        profile = _WEEKEND if local.weekday() >= 5 else _WEEKDAY
        yield since, until, profile[local.hour] * ((until - since) / _HOUR)
        since = until
