"""When who is told, by the ladder. Monday is 2026-11-23."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.ladder import LadderStep, first_at, step_at
from dispatch.limits.policy import shipped_policy
from dispatch.limits.rules import due_at

from .words import limit, local

STEPS = shipped_policy().ladder


def step(name: str) -> LadderStep:
    return LadderStep.parse(name, ("unit_officer",))


@pytest.mark.parametrize(
    ("start", "first", "name", "moment"),
    [
        # Elapsed: plain time before the due instant.
        ("2026-11-23 10:00", "7nd", "50%", "2026-11-26 22:00"),
        ("2026-11-23 10:00", "7nd", "25%", "2026-11-28 16:00"),
        ("2026-11-23 10:00", "2h", "25%", "2026-11-23 11:30"),
        # Working days: so many whole ones, rounded up, before the due day; the weekend is none.
        ("2026-11-23 10:00", "5wd", "50%", "2026-11-26 00:00"),  # due Monday 24:00; Thursday, Friday, Monday are left
        ("2026-11-23 10:00", "5wd", "25%", "2026-11-27 00:00"),  # Friday and Monday
        ("2026-11-23 10:00", "7nd!", "50%", "2026-11-27 00:00"),  # Friday to Monday, four of seven days
        # Office time: lunch is none.
        ("2026-11-23 09:00", "8wh", "50%", "2026-11-23 14:00"),
        ("2026-11-23 10:00", "4wh", "50%", "2026-11-23 12:00"),
        # Nothing is told before it began.
        ("2026-11-27 10:00", "1wd", "50%", "2026-11-28 00:00"),
        ("2026-11-28 00:00", "1wd", "50%", None),
        # Expiry is the first instant after the due instant; later steps count on like an extension.
        ("2026-11-23 10:00", "2h", "+1wd", "2026-11-25 00:00"),
        ("2026-11-23 10:00", "5wd", "+1wd", "2026-12-02 00:00"),  # 24:00 of Monday belongs to Monday
        ("2026-11-27 10:00", "2h", "+1wd", "2026-12-01 00:00"),
        ("2026-11-23 10:00", "2h", "+5wd", "2026-12-01 00:00"),
    ],
)
def test_step_falls_where_the_policy_says(start: str, first: str, name: str, moment: str | None) -> None:
    calendar = Calendar.shipped()
    due = due_at(local(start), limit(first), calendar).at
    assert step_at(step(name), local(start), limit(first), due, calendar) == (moment and local(moment))


def test_expiry_is_told_with_the_red_card_not_at_the_due_instant_itself() -> None:
    start, due = local("2026-11-23 10:00"), local("2026-11-23 12:00")
    assert step_at(step("due"), start, limit("2h"), due, Calendar.shipped()) == due + timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["", "0%", "100%", "50", "+", "+1", "1wd", "-1wd", "due ", "half"])
def test_step_is_refused_when_it_says_no_instant(text: str) -> None:
    with pytest.raises(DomainError):
        step(text)


@given(
    begin=st.integers(0, 350 * 24 * 60).map(lambda minutes: local("2026-01-01 00:00") + timedelta(minutes=minutes)),
    first=st.sampled_from(["2h", "24h", "7nd", "15nd", "3nd!", "7nd!", "1wd", "5wd", "20wd", "4wh", "8wh", "40wh"]),
)
def test_steps_come_in_the_order_of_the_ladder_after_the_start_and_around_the_due_instant(
    begin: datetime, first: str
) -> None:
    calendar = Calendar.shipped()
    due = due_at(begin, limit(first), calendar).at
    moments = [step_at(one, begin, limit(first), due, calendar) for one in STEPS]
    known = [moment for moment in moments if moment is not None]
    assert known == sorted(known), "50 % before 25 % before expiry before the days after it"
    assert all(moment > begin for moment in known)
    assert [moment <= due for moment in known] == sorted((moment <= due for moment in known), reverse=True)
    assert len([moment for moment in known if moment > due]) == 3
    first_of_all = first_at(STEPS, begin, limit(first), due, None, calendar)
    assert first_of_all == min(*known, due + timedelta(microseconds=1))
