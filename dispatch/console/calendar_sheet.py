"""What the calendar's pages show: a year as months of days, a draft's days, the instants that move."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from dispatch.calendars import services
from dispatch.calendars.models import CalendarDraft
from dispatch.directory.snapshot import Reference
from dispatch.limits.calendar import Calendar

KINDS: Final = {"notice": "放假安排", "local": "本市增补", "off": "休", "worked": "班", "half": "半"}
MONTHS: Final = range(1, 13)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month's sheet. ``mark``: off, worked or half where something was said of it, else nothing."""

    day: date
    is_worked: bool
    mark: str
    name: str
    is_today: bool


class Month(NamedTuple):
    """Weeks from Monday on; None outside the month. ``worked``: how many days of it are worked."""

    number: int
    weeks: list[list[Day | None]]
    worked: int


class Shift(NamedTuple):
    """A limit that moves; ``part`` 0: the promise to the reporter."""

    ticket_id: int
    ticket_no: str
    unit: str
    part: int
    before: datetime | None
    after: datetime | None


def months(session: Session, year: int, calendar: Calendar, today: date) -> list[Month]:
    """The year by months, as the limits count it."""
    said = {day.day: ("off" if day.is_off else "worked", day.name) for day in services.days_of(session, year)}
    said |= {day.day: ("off" if day.is_off else "worked", day.name) for day in services.days_of(session, year + 1)}
    said |= {day.day: (day.kind, day.name) for day in services.local_days(session)}
    return [_month(year, number, said, calendar, today) for number in MONTHS]


def days(row: CalendarDraft) -> Iterator[tuple[date, str, str]]:
    """The days of a draft: date, mark, name."""
    for day, name, kind in row.days:
        mark = kind if isinstance(kind, str) else "off" if kind else "worked"
        yield date.fromisoformat(day), mark, name


def moved(row: CalendarDraft, city: Reference) -> list[Shift]:
    """The first of what moves."""
    return [
        Shift(ticket_id, number, _unit(city, code), part, _instant(before), _instant(after))
        for ticket_id, number, code, part, before, after in row.preview["rows"]
    ]


def _month(year: int, number: int, said: dict[date, tuple[str, str]], calendar: Calendar, today: date) -> Month:
    weeks = [
        [_day(day, said, calendar, today) if day.month == number else None for day in week]
        for week in Weeks().monthdatescalendar(year, number)
    ]
    return Month(number, weeks, sum(day.is_worked for week in weeks for day in week if day))


def _day(day: date, said: dict[date, tuple[str, str]], calendar: Calendar, today: date) -> Day:
    mark, name = said.get(day, ("", ""))
    return Day(day, calendar.is_working_day(day), mark, name, day == today)


def _unit(city: Reference, code: str) -> str:
    unit = city.known.get(code)
    return unit.name if unit else code


def _instant(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
