"""Quiet hours, waits between tries, and what is no news any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.notices.rules import sending_rules

BEIJING = ZoneInfo("Asia/Shanghai")


def local(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-11-02 21:59:59", "2026-11-02 21:59:59"),
        ("2026-11-02 22:00:00", "2026-11-03 08:00:00"),
        ("2026-11-02 23:59:59", "2026-11-03 08:00:00"),
        ("2026-11-03 00:00:00", "2026-11-03 08:00:00"),
        ("2026-11-03 07:59:59", "2026-11-03 08:00:00"),
        ("2026-11-03 08:00:00", "2026-11-03 08:00:00"),
        ("2026-12-31 23:00:00", "2027-01-01 08:00:00"),
    ],
)
def test_wait_until_morning_when_it_is_night(at: str, leaves: str) -> None:
    assert sending_rules().not_before(local(at), BEIJING) == local(leaves)


def test_wait_within_the_day_when_the_quiet_hours_do_not_pass_midnight() -> None:
    noon = replace(sending_rules(), quiet_from=time(12), quiet_until=time(14))
    assert noon.not_before(local("2026-11-02 13:00:00"), BEIJING) == local("2026-11-02 14:00:00")
    assert noon.not_before(local("2026-11-02 23:00:00"), BEIJING) == local("2026-11-02 23:00:00")


@given(st.integers(0, 10 * 366 * 24 * 60))
def test_never_leave_earlier_nor_at_night_when_any_minute_is_given(minutes: int) -> None:
    at = local("2026-01-01 00:00:00") + timedelta(minutes=minutes)
    leaves = sending_rules().not_before(at, BEIJING)
    assert at <= leaves <= at + timedelta(hours=10)
    assert time(8) <= leaves.astimezone(BEIJING).time() < time(22)
    assert sending_rules().not_before(leaves, BEIJING) == leaves


def test_wait_longer_each_time_and_give_up_when_tries_fail() -> None:
    rules = sending_rules()
    waits = [rules.retry_after(number) for number in range(1, rules.attempts)]
    assert waits == sorted(wait for wait in waits if wait is not None)
    assert rules.retry_after(rules.attempts) is None


def test_cut_to_one_line_when_words_are_long() -> None:
    rules = sending_rules()
    assert rules.gist("已清运。\n 谢谢！") == "已清运。 谢谢"
    assert len(rules.gist("长" * 500)) == rules.gist_characters
