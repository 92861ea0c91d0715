"""The calendar and its office hours."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.office import OfficeHours
from dispatch.limits.shipped import holiday_rows

from .words import BEIJING, local


def test_shipped_covers_every_notice_when_read() -> None:
    calendar = Calendar.shipped()

    assert len(holiday_rows()) == 678
    assert [year for year in range(2000, 2040) if calendar.covers(year)] == list(range(2007, 2027))
    assert Calendar.shipped() is calendar


def test_count_agrees_with_looking_up_each_day_when_walked_over_every_year() -> None:
    off = {row.day: row.is_off for row in holiday_rows()}
    calendar, day, number = Calendar.shipped(), date(2006, 1, 1), 0
    start = day - timedelta(days=1)
    while day < date(2029, 1, 1):
        is_worked = not off[day] if day in off else day.weekday() < 5
        number += is_worked
        assert calendar.is_working_day(day) is is_worked
        assert calendar.working_days_through(day) - calendar.working_days_through(start) == number
        if is_worked:
            assert calendar.nth_working_day_after(start, number) == day
        day += timedelta(days=1)


def test_build_refuses_when_a_day_is_both_off_and_worked() -> None:
    day = date(2026, 5, 4)
    with pytest.raises(DomainError) as refusal:
        Calendar.build([(day, True), (day, False)], years={2026}, zone=BEIJING)
    assert refusal.value.code == "calendar.contradicts_itself"


def test_office_time_and_its_instant_agree_when_half_days_lie_between() -> None:
    halves = {date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 27)}
    calendar = Calendar.build((), years={2026}, zone=BEIJING, half_days=halves)
    begin = calendar.office_time_at(local("2026-11-23 00:00"))
    week = calendar.office_time_at(local("2026-11-30 00:00")) - begin

    assert week == (2 * 8 + 3 * 3) * 3_600_000_000
    for minutes in range(1, 25 * 60 + 1):
        instant = calendar.instant_at_office_time(begin + minutes * 60_000_000)
        assert calendar.office_time_at(instant) - begin == minutes * 60_000_000
        assert calendar.office_time_at(instant - timedelta(microseconds=1)) - begin < minutes * 60_000_000


def test_opening_is_the_next_one_when_the_office_is_closed() -> None:
    calendar = Calendar.shipped()
    openings = {
        "2026-11-23 10:30": "2026-11-23 10:30",
        "2026-11-23 09:00": "2026-11-23 09:00",
        "2026-11-23 12:00": "2026-11-23 13:00",
        "2026-11-23 18:00": "2026-11-24 09:00",
        "2026-09-30 20:00": "2026-10-08 09:00",
    }
    for instant, opening in openings.items():
        assert calendar.opening_from(local(instant)) == local(opening)


@pytest.mark.parametrize("spans", [[], ["09:00"], ["9:00-12:00"], ["12:00-09:00"], ["09:00-12:00", "11:00-18:00"]])
def test_office_hours_are_refused_when_unreadable_or_overlapping(spans: list[str]) -> None:
    with pytest.raises(DomainError) as refusal:
        OfficeHours.parse(spans, ["09:00-12:00"])
    assert refusal.value.code == "calendar.office_hours_unreadable"


def test_office_hours_may_last_all_day_when_a_desk_never_closes() -> None:
    always = OfficeHours.parse(["00:00-24:00"], ["00:00-12:00"])
    calendar = Calendar.build((), years={2026}, zone=BEIJING, hours=always)

    # Friday evening: the weekend is still no working time.
    total = calendar.office_time_at(local("2026-11-27 22:00")) + 3 * 3_600_000_000
    assert calendar.instant_at_office_time(total) == local("2026-11-30 01:00")


def test_from_rows_publishes_the_years_of_the_notices_when_a_december_day_belongs_to_the_next() -> None:
    calendar = Calendar.from_rows([(date(2027, 12, 31), True, 2028)])

    assert calendar.covers(2028)
    assert not calendar.covers(2027)
    assert not calendar.is_working_day(date(2027, 12, 31))


def test_shipped_notices_equal_the_shared_data_when_that_is_at_hand(shared_data: Path) -> None:
    (path,) = (shared_data / "holidays").glob("*.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(row["date"], row["name"], row["is_off"], row["year_file"]) for row in csv.DictReader(lines)]

    shipped = [(row.day.isoformat(), row.name, str(int(row.is_off)), str(row.notice_year)) for row in holiday_rows()]

    assert shipped == rows
