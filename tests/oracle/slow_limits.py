"""rules.md §1 once more, day by day and minute by minute. Slow on purpose; imports nothing of the project.

Shape: local time is a naive `datetime` at UTC+8 (China has had no summer time since 1991); a working day is found by
looking it up; working hours pass one minute after another. A quantity is `(amount, unit)` with the units
`h`, `nd` (natural days, rolling), `nd_end` (natural days, end of day), `wd` and `wh`.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from pathlib import Path

LOCAL = timezone(timedelta(hours=8))
ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
MORNING = range(9 * 60, 12 * 60)
AFTERNOON = range(13 * 60, 18 * 60)

Quantity = tuple[int, str]
Pause = tuple[datetime, datetime]


class SlowError(ValueError):
    """A pause list that rules.md §1 calls an error."""


class SlowCalendar:
    """Days off and make-up days as read from the holidays csv; remembers which years an answer looked at."""

    def __init__(self, path: Path, half_days: Sequence[date] = ()) -> None:
        self.is_off: dict[date, bool] = {}
        self.published: set[int] = set()
        self.half_days = set(half_days)
        self.looked_at: set[int] = set()
        self._minutes: dict[date, list[datetime]] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                self.is_off[date.fromisoformat(row["date"])] = row["is_off"] == "1"
                self.published.add(int(row["year_file"]))

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day; the year of the day is noted."""
        self.looked_at.add(day.year)
        if day in self.half_days:
            return True
        if day in self.is_off:
            return not self.is_off[day]
        return day.weekday() < 5

    def is_provisional(self) -> bool:
        """Whether a year without a published calendar was looked at since `looked_at` was last emptied."""
        return any(year not in self.published for year in self.looked_at)

    def office_minutes(self, day: date) -> list[datetime]:
        """The minutes of the day that are office hours if the day is a working day; written down once."""
        if day not in self._minutes:
            midnight = datetime.combine(day, time())
            minutes = list(MORNING) if day in self.half_days else [*MORNING, *AFTERNOON]
            self._minutes[day] = [midnight + minute * ONE_MINUTE for minute in minutes]
        return self._minutes[day]


def slow_due(
    start: datetime,
    limit: Quantity,
    calendar: SlowCalendar,
    extensions: Sequence[Quantity] = (),
    pauses: Sequence[Pause] = (),
) -> tuple[datetime, bool]:
    """The due instant (aware, UTC+8) and whether it is provisional: the limit, then extensions, then pauses."""
    calendar.looked_at = set()
    spans = sorted((_local(p), _local(r)) for p, r in pauses)
    for p, r in spans:
        if r <= p:
            raise SlowError("reversed")
    for (_, earlier_end), (later_start, _) in pairwise(spans):
        if later_start < earlier_end:
            raise SlowError("overlap")
    t = _local(start)
    due = _count(t, t.date(), limit, calendar)
    for extension in extensions:
        due = _count(due, _closed_day(due), extension, calendar)
    for p, r in spans:
        if r <= t or p >= due:
            continue
        due = _after_pause(max(p, t), r, due, limit[1], calendar)
    return due.replace(tzinfo=LOCAL), calendar.is_provisional()


def slow_yellow(start: datetime, limit: Quantity, due: datetime, calendar: SlowCalendar) -> datetime | None:
    """The instant of the yellow card for the due instant in force, or None where it would not lie after the start."""
    amount, unit = limit
    end = _local(due)
    if unit == "wd":
        day = _closed_day(end) - ONE_DAY
        while not calendar.is_working(day):
            day -= ONE_DAY
        at = _midnight_after(day)
    elif unit == "nd_end":
        at = _midnight_after(_closed_day(end) - ONE_DAY)
    elif unit == "wh":
        at = _working_minutes_before(end, amount * 15, calendar)
    else:
        minutes = amount * 60 if unit == "h" else amount * 24 * 60
        at = end - (ONE_DAY if minutes >= 3 * 24 * 60 else timedelta(minutes=minutes) / 4)
    return at.replace(tzinfo=LOCAL) if at > _local(start) else None


def _local(instant: datetime) -> datetime:
    return instant.astimezone(LOCAL).replace(tzinfo=None)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time())


def _closed_day(due: datetime) -> date:
    """24:00 of Tuesday belongs to Tuesday; any other instant to its own day."""
    return due.date() - ONE_DAY if due.time() == time() else due.date()


def _count(instant: datetime, day: date, quantity: Quantity, calendar: SlowCalendar) -> datetime:
    """`quantity` counted from the instant, or for whole days from after `day`."""
    amount, unit = quantity
    if unit == "h":
        return instant + timedelta(hours=amount)
    if unit == "nd":
        return instant + timedelta(hours=24 * amount)
    if unit == "wh":
        return _pass_working_time(instant, timedelta(hours=amount), calendar)
    return _midnight_after(_pass_days(day, amount, unit, calendar))


def _pass_days(day: date, amount: int, unit: str, calendar: SlowCalendar) -> date:
    while amount > 0:
        day += ONE_DAY
        if unit == "nd_end" or calendar.is_working(day):
            amount -= 1
    return day


def _after_pause(p: datetime, r: datetime, due: datetime, unit: str, calendar: SlowCalendar) -> datetime:
    if unit in ("h", "nd"):
        return due + (r - p)
    if unit == "wh":
        left = sum((end - begin for begin, end in _office_pieces(p, due, calendar)), timedelta())
        if left:
            return _pass_working_time(r, left, calendar)
        return next(begin for begin, _ in _office_pieces(r, None, calendar))
    days_left, day = 0, p.date() + ONE_DAY
    while day <= _closed_day(due):
        if unit == "nd_end" or calendar.is_working(day):
            days_left += 1
        day += ONE_DAY
    if days_left:
        return _midnight_after(_pass_days(r.date(), days_left, unit, calendar))
    day = r.date()
    while not (unit == "nd_end" or calendar.is_working(day)):
        day += ONE_DAY
    return _midnight_after(day)


def _pass_working_time(instant: datetime, left: timedelta, calendar: SlowCalendar) -> datetime:
    for begin, end in _office_pieces(instant, None, calendar):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise AssertionError("the pieces never end")


def _office_pieces(
    begin: datetime, end: datetime | None, calendar: SlowCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """Every open minute from `begin` on (up to `end`), one after another; the first and last may be cut short."""
    day = begin.date()
    while end is None or day <= end.date():
        for minute in calendar.office_minutes(day):
            stop = minute + ONE_MINUTE
            if stop <= begin or (end is not None and minute >= end):
                continue
            if not calendar.is_working(day):
                break
            yield max(minute, begin), stop if end is None else min(stop, end)
        day += ONE_DAY


def _working_minutes_before(due: datetime, minutes: int, calendar: SlowCalendar) -> datetime:
    """The first instant at which no more than `minutes` working minutes are left until `due`."""
    left, day = timedelta(minutes=minutes), due.date()
    while True:
        opened = [m for m in calendar.office_minutes(day) if m < due]
        if opened and calendar.is_working(day):
            for minute in reversed(opened):
                stop = min(minute + ONE_MINUTE, due)
                if stop - minute > left:
                    # With nothing left to take, only closed time lies after this minute: its own end is the first instant.
                    return stop - left
                left -= stop - minute
        day -= ONE_DAY
