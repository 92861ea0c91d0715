"""Clocks: aware, in UTC, moved only by whoever holds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.kernel.clock import FixedClock, SteppedClock, SystemClock

NOON = datetime(2026, 10, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_read_system_clock_gives_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_advance_moves_fixed_clock_and_only_then() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(days=-1)) == clock.now() == NOON - timedelta(days=1)


def test_read_stepped_clock_never_gives_an_instant_twice() -> None:
    clock = SteppedClock(NOON, timedelta(minutes=1))
    assert [clock.now() - NOON for _ in range(3)] == [timedelta(minutes=minute) for minute in range(3)]


def test_set_refuses_naive_instant() -> None:
    with pytest.raises(ValueError, match="offset"):
        FixedClock(NOON.replace(tzinfo=None))
