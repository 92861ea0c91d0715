"""Due instants without pauses. November 2026: the 23rd is a Monday, no holiday near."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit

from .words import BEIJING, due, limit, local


@pytest.mark.parametrize(
    ("start", "first", "expected"),
    [
        ("2026-11-23 10:15", "2h", "2026-11-23 12:15"),
        ("2026-11-23 23:30", "24h", "2026-11-24 23:30"),
        ("2026-11-23 10:15", "7nd", "2026-11-30 10:15"),
        ("2026-11-23 10:15", "7nd!", "2026-12-01 00:00"),
        ("2026-11-23 00:00", "1nd!", "2026-11-25 00:00"),
        ("2026-11-23 10:15", "1wd", "2026-11-25 00:00"),
        ("2026-11-23 00:00", "1wd", "2026-11-25 00:00"),
        ("2026-11-22 23:59", "1wd", "2026-11-24 00:00"),
        ("2026-11-20 18:00", "5wd", "2026-11-28 00:00"),
    ],
)
def test_count_ends_where_the_rule_says_when_no_holiday_is_near(start: str, first: str, expected: str) -> None:
    assert due(start, first) == expected


@pytest.mark.parametrize(
    ("start", "first", "expected"),
    [
        # National Day 2026: 1–7 October off, Saturday the 10th worked.
        ("2026-09-30 09:00", "1wd", "2026-10-09 00:00"),
        ("2026-09-30 09:00", "3wd", "2026-10-11 00:00"),
        ("2026-09-30 09:00", "5wd", "2026-10-14 00:00"),
        ("2026-10-03 09:00", "1wd", "2026-10-09 00:00"),
        ("2026-09-30 09:00", "7nd", "2026-10-07 09:00"),
        ("2026-09-30 17:00", "2wh", "2026-10-08 10:00"),
        # Spring Festival 2026: 15–23 February off, Saturdays the 14th and the 28th worked.
        ("2026-02-13 09:00", "1wd", "2026-02-15 00:00"),
        ("2026-02-13 09:00", "5wd", "2026-02-28 00:00"),
        ("2026-02-13 09:00", "6wd", "2026-03-01 00:00"),
        ("2026-02-14 17:30", "1wh", "2026-02-24 09:30"),
        # New Year 2026: 1–3 January off, Sunday the 4th worked.
        ("2025-12-31 12:00", "1wd", "2026-01-05 00:00"),
    ],
)
def test_count_follows_the_notices_when_holidays_and_make_up_days_are_near(
    start: str, first: str, expected: str
) -> None:
    assert due(start, first) == expected


@pytest.mark.parametrize(
    ("start", "first", "expected"),
    [
        ("2026-11-23 11:30", "2wh", "2026-11-23 14:30"),
        ("2026-11-23 11:00", "1wh", "2026-11-23 12:00"),
        ("2026-11-23 12:30", "1wh", "2026-11-23 14:00"),
        ("2026-11-23 17:00", "1wh", "2026-11-23 18:00"),
        ("2026-11-23 07:00", "8wh", "2026-11-23 18:00"),
        ("2026-11-23 18:00", "1wh", "2026-11-24 10:00"),
        ("2026-11-27 17:30", "1wh", "2026-11-30 09:30"),
        ("2026-11-28 10:00", "9wh", "2026-12-01 10:00"),
    ],
)
def test_count_passes_only_in_office_hours_when_the_unit_is_working_hours(
    start: str, first: str, expected: str
) -> None:
    assert due(start, first) == expected


def test_count_stops_at_noon_when_the_day_is_a_half_day() -> None:
    calendar = Calendar.build((), years={2026}, zone=BEIJING, half_days={date(2026, 11, 24)})

    assert due("2026-11-23 17:00", "4wh", calendar=calendar) == "2026-11-24 12:00"
    assert due("2026-11-23 17:00", "5wh", calendar=calendar) == "2026-11-25 10:00"
    assert due("2026-11-24 12:30", "1wh", calendar=calendar) == "2026-11-25 10:00"
    assert due("2026-11-23 17:00", "1wd", calendar=calendar) == "2026-11-25 00:00"


def test_rest_on_no_unknown_year_when_its_last_day_is_half_and_over() -> None:
    calendar = Calendar.build((), years={2027}, zone=BEIJING, half_days={date(2026, 12, 31)})

    def rests_on_2026(at: str) -> bool:
        return due_at(datetime.fromisoformat(f"{at}+08:00"), Limit.parse("1wh"), calendar).provisional

    assert not rests_on_2026("2026-12-31 15:00")  # nothing of that afternoon is worked, whatever a notice says
    assert rests_on_2026("2026-12-31 11:30")
    assert rests_on_2026("2026-12-30 17:30")


@pytest.mark.parametrize(
    ("first", "extensions", "expected"),
    [
        # From Monday 10:00; 3wd end on Thursday 24:00.
        ("3wd", ["2wd"], "2026-12-01 00:00"),
        ("3wd", ["12h"], "2026-11-27 12:00"),
        ("3wd", ["12h", "1wd"], "2026-12-01 00:00"),
        ("3wd", ["1wd", "12h"], "2026-11-28 12:00"),
        ("3wd", ["2wh"], "2026-11-27 11:00"),
        ("3wd", ["2nd"], "2026-11-29 00:00"),
        ("3wd", ["2nd!"], "2026-11-29 00:00"),
        ("24h", ["1nd!"], "2026-11-26 00:00"),
        ("24h", ["1nd"], "2026-11-25 10:00"),
        ("24h", ["1wd"], "2026-11-26 00:00"),
        # 14 hours end at 24:00 of Monday, which belongs to Monday.
        ("14h", ["1wd"], "2026-11-25 00:00"),
        ("2wh", ["6wh"], "2026-11-24 10:00"),
    ],
)
def test_extend_counts_from_the_due_instant_in_force_when_units_mix(
    first: str, extensions: list[str], expected: str
) -> None:
    assert due("2026-11-23 10:00", first, extensions) == expected


@pytest.mark.parametrize(
    ("start", "first", "at", "is_provisional"),
    [
        ("2026-12-30 09:00", "1wd", "2027-01-01 00:00", False),
        ("2026-12-31 09:00", "1wd", "2027-01-02 00:00", True),
        ("2026-12-31 17:00", "1wh", "2026-12-31 18:00", False),
        ("2026-12-31 17:30", "1wh", "2027-01-01 09:30", True),
        ("2026-12-31 09:00", "7nd", "2027-01-07 09:00", False),
        ("2026-12-31 09:00", "7nd!", "2027-01-08 00:00", False),
        ("2026-12-31 09:00", "72h", "2027-01-03 09:00", False),
    ],
)
def test_count_is_provisional_when_it_rests_on_an_unpublished_year(
    start: str, first: str, at: str, is_provisional: bool
) -> None:
    answer = due_at(local(start), limit(first), Calendar.shipped())

    assert (answer.at, answer.provisional) == (local(at), is_provisional)


def test_count_answers_in_utc_when_the_start_has_another_offset() -> None:
    start = datetime.fromisoformat("2026-11-22T21:00:00-05:00")  # Monday 10:00 in Beijing

    answer = due_at(start, limit("1wd"), Calendar.shipped())

    assert answer.at == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert answer.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0h", "-1h", "1.5h", "5 wd", "5WD", "５wd", "5d", "5wd ", "9999999999h"]
)
def test_parse_refuses_when_the_text_is_no_limit(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        Limit.parse(text)
    assert refusal.value.code == "limit.unreadable"


def test_count_refuses_when_the_start_has_no_offset() -> None:
    with pytest.raises(DomainError) as refusal:
        due_at(local("2026-11-23 10:00").replace(tzinfo=None), limit("1wd"), Calendar.shipped())
    assert refusal.value.code == "limit.instant_without_offset"


@pytest.mark.parametrize("text", ["999999999h", "999999999nd", "999999999nd!", "999999999wd", "999999999wh"])
def test_count_refuses_when_the_end_is_beyond_the_calendar(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        due_at(local("2026-11-23 10:00"), limit(text), Calendar.shipped())
    assert refusal.value.code == "limit.out_of_range"
