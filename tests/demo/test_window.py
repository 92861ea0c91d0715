"""The month that is replayed, and when people call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dispatch.demo.actors import awake, handling, traits
from dispatch.demo.window import arrivals, last_window, tail_count

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING).astimezone(UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "period", "start", "end"),
    [
        (beijing(2026, 11, 22, 20), "2026-11", beijing(2026, 10, 19), beijing(2026, 11, 19)),
        (beijing(2026, 11, 18, 23, 59), "2026-10", beijing(2026, 9, 19), beijing(2026, 10, 19)),
        (beijing(2026, 11, 19), "2026-11", beijing(2026, 10, 19), beijing(2026, 11, 19)),
        (beijing(2026, 1, 3), "2025-12", beijing(2025, 11, 19), beijing(2025, 12, 19)),
        (beijing(2026, 3, 31), "2026-03", beijing(2026, 2, 19), beijing(2026, 3, 19)),
    ],
)
def test_last_window_takes_the_last_ended_period_when_now_is_given(
    now: datetime, period: str, start: datetime, end: datetime
) -> None:
    window = last_window(now, BEIJING)

    assert (window.period, window.starts_at, window.period_ends_at) == (period, start, end)
    assert window.ends_at == now
    assert window.tail_starts_at == max(end, now - timedelta(days=3))


def test_arrivals_are_as_many_as_wanted_in_order_and_by_the_hours_of_the_day() -> None:
    start, end = beijing(2026, 10, 19, 0, 30), beijing(2026, 11, 19, 13, 7)
    found = list(arrivals(Random(1), start, end, 5_000, BEIJING))

    assert len(found) == 5_000
    assert found == sorted(found)
    assert start <= found[0] <= found[-1] < end
    hours = [instant.astimezone(BEIJING).hour for instant in found]
    assert sum(9 <= hour < 12 for hour in hours) > 8 * sum(hour < 3 for hour in hours) > 0
    days = [instant.astimezone(BEIJING).weekday() for instant in found]
    assert days.count(2) > 1.2 * days.count(6) > 0


@pytest.mark.parametrize("count", [0, 1, 7])
def test_arrivals_are_exact_when_few_are_wanted(count: int) -> None:
    now = beijing(2026, 11, 22, 20)

    assert len(list(arrivals(Random(1), now - timedelta(minutes=90), now, count, BEIJING))) == count


def test_tail_is_eight_percent() -> None:
    assert [tail_count(tickets) for tickets in (1, 100, 3_000)] == [0, 8, 240]


def test_units_differ_but_stay_themselves_when_drawn_again() -> None:
    drawn = [traits(3, str(number), "township") for number in range(60)]

    assert drawn == [traits(3, str(number), "township") for number in range(60)]
    qualities = sorted(nature.quality for nature in drawn)
    assert qualities[5] + 0.25 < qualities[-5]
    assert 0.4 < sum(nature.has_night_duty for nature in drawn) / len(drawn) < 0.95


def test_units_without_night_duty_sleep_when_a_call_comes_at_night() -> None:
    rng, at = Random(1), beijing(2026, 11, 3, 23, 10)

    assert awake(at, BEIJING, rng, has_night_duty=True) == at
    morning = awake(at, BEIJING, rng, has_night_duty=False).astimezone(BEIJING)
    assert (morning.day, morning.hour) == (4, 8)


def test_handling_keeps_its_order_when_drawn_for_any_unit() -> None:
    rng, sent_at = Random(4), beijing(2026, 11, 3, 17)
    for number in range(300):
        due_at = sent_at + timedelta(hours=rng.choice([2, 24, 168]))
        plan = handling(rng, traits(1, str(number), "department"), sent_at=sent_at, due_at=due_at, zone=BEIJING)
        steps = [sent_at, plan.acknowledge_at, *(step for step in (plan.contact_at, plan.complete_at) if step)]
        assert steps == sorted(steps)
