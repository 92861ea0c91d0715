"""When the cards fall. Monday is 2026-11-23."""

from datetime import timedelta
from fractions import Fraction

import pytest

from dispatch.limits.calendar import Calendar
from dispatch.limits.cards import CardPolicy, is_on_time, red_at, yellow_at
from dispatch.limits.policy import shipped_policy
from dispatch.limits.rules import due_at

from .words import limit, local

CARDS = shipped_policy().cards


@pytest.mark.parametrize(
    ("start", "first", "due", "yellow"),
    [
        # Working days: 24:00 of the last working day before the due day.
        ("2026-11-23 10:00", "5wd", "2026-12-01 00:00", "2026-11-28 00:00"),
        ("2026-11-23 10:00", "1wd", "2026-11-25 00:00", "2026-11-24 00:00"),
        ("2026-11-27 10:00", "1wd", "2026-12-01 00:00", "2026-11-28 00:00"),
        ("2026-11-28 00:00", "1wd", "2026-12-01 00:00", None),
        ("2026-11-29 10:00", "1wd", "2026-12-01 00:00", None),
        ("2026-09-29 10:00", "2wd", "2026-10-09 00:00", "2026-10-01 00:00"),
        ("2026-10-08 10:00", "3wd", "2026-10-13 00:00", "2026-10-11 00:00"),
        # End of day: 24:00 of the day before.
        ("2026-11-23 10:00", "7nd!", "2026-12-01 00:00", "2026-11-30 00:00"),
        # Elapsed, three days or more: 24 hours before; shorter: a quarter of the limit.
        ("2026-11-23 10:00", "7nd", "2026-11-30 10:00", "2026-11-29 10:00"),
        ("2026-11-23 10:00", "3nd", "2026-11-26 10:00", "2026-11-25 10:00"),
        ("2026-11-23 10:00", "72h", "2026-11-26 10:00", "2026-11-25 10:00"),
        ("2026-11-23 10:00", "71h", "2026-11-26 09:00", "2026-11-25 15:15"),
        ("2026-11-23 10:00", "1nd", "2026-11-24 10:00", "2026-11-24 04:00"),
        ("2026-11-23 10:00", "2h", "2026-11-23 12:00", "2026-11-23 11:30"),
        # Working hours: a quarter of them left; the first such instant is before lunch, not after.
        ("2026-11-23 09:00", "8wh", "2026-11-23 18:00", "2026-11-23 16:00"),
        ("2026-11-23 09:00", "4wh", "2026-11-23 14:00", "2026-11-23 12:00"),
        ("2026-11-27 16:00", "8wh", "2026-11-30 16:00", "2026-11-30 14:00"),
        ("2026-11-27 16:00", "4wh", "2026-11-30 11:00", "2026-11-30 10:00"),
    ],
)
def test_yellow_falls_as_the_rule_says_when_the_limit_is_as_first_set(
    start: str, first: str, due: str, yellow: str | None
) -> None:
    calendar = Calendar.shipped()

    assert due_at(local(start), limit(first), calendar).at == local(due)
    assert yellow_at(local(start), limit(first), local(due), calendar, CARDS) == (yellow and local(yellow))


@pytest.mark.parametrize(
    ("first", "due", "yellow"),
    [
        ("2h", "2026-11-23 15:00", "2026-11-23 14:30"),
        ("7nd", "2026-12-02 10:00", "2026-12-01 10:00"),
        ("8wh", "2026-11-24 11:00", "2026-11-23 18:00"),
        # Extended by hours into Wednesday, which is then the due day.
        ("1wd", "2026-11-25 06:00", "2026-11-25 00:00"),
        ("1wd", "2026-11-28 06:00", "2026-11-28 00:00"),
    ],
)
def test_yellow_moves_with_the_due_instant_when_it_was_extended(first: str, due: str, yellow: str) -> None:
    assert yellow_at(local("2026-11-23 10:00"), limit(first), local(due), Calendar.shipped(), CARDS) == local(yellow)


def test_yellow_follows_the_policy_when_the_policy_differs() -> None:
    policy = CardPolicy(long_from=timedelta(days=1), ahead=timedelta(hours=4), share_left=Fraction(1, 3))
    start, calendar = local("2026-11-23 10:00"), Calendar.shipped()

    assert yellow_at(start, limit("1nd"), local("2026-11-24 10:00"), calendar, policy) == local("2026-11-24 06:00")
    assert yellow_at(start, limit("3h"), local("2026-11-23 13:00"), calendar, policy) == local("2026-11-23 12:00")


def test_red_is_the_first_late_instant_when_the_work_is_not_done() -> None:
    due = local("2026-11-25 00:00")

    assert is_on_time(due, due)
    assert not is_on_time(red_at(due), due)
    assert is_on_time(red_at(due) - timedelta(microseconds=1), due)
