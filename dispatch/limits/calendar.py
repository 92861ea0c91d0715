"""The calendar: which days are worked, and how much office time has passed at an instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from dispatch.kernel.errors import DomainError
from dispatch.limits import office, shipped
from dispatch.limits.office import OfficeHours

_DAY = timedelta(days=1)
_TICK = datetime.resolution
_MIDNIGHT = time()
_WEEKDAYS = 5
_LAST_ORDINAL = date.max.toordinal()


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days of a business time zone. Make one with ``build`` or ``shipped``; equal and hashed by identity.

    Days are counted from 0001-01-01, a Monday, so the plain weekdays up to a day are arithmetic; a notice only shifts
    that count at its ``exceptions``. Every look-up is then one bisection, in any year.
    """

    zone: tzinfo
    years: frozenset[int]
    hours: OfficeHours
    exceptions: tuple[int, ...]
    """Ordinals of the weekdays off and the weekend days worked, ascending."""
    shifts: tuple[int, ...]
    """``shifts[i]`` is what the first i exceptions add to the plain count of weekdays."""
    totals: tuple[int, ...]
    """Working days up to and including each exception."""
    half_days: tuple[int, ...]
    half_day_times: tuple[int, ...]
    """Office time up to the end of each half day, microseconds."""
    # What was asked before: the midnights that end days, days by their number, numbers of days. A city asks for a few thousand;
    # calendars that differ in hours or half days alone share them.
    _ends: dict[date, datetime] = field(default_factory=dict, repr=False)
    _numbered: dict[int, date] = field(default_factory=dict, repr=False)
    _counted: dict[int, int] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        rows: Iterable[tuple[date, bool]],
        *,
        years: Collection[int],
        zone: tzinfo,
        half_days: Collection[date] = (),
        hours: OfficeHours | None = None,
    ) -> Calendar:
        """From rows (day, is_off), the years whose calendar is published, and half days (always working days).

        One day named both off and worked is ``calendar.contradicts_itself``.
        """
        hours = hours or OfficeHours.shipped()
        exceptions = _exceptions(rows, half_days)
        shifts, totals = [0], []
        for ordinal in sorted(exceptions):
            shifts.append(shifts[-1] + exceptions[ordinal])
            totals.append(_weekdays_through(ordinal) + shifts[-1])
        days = (zone, frozenset(years), hours, tuple(sorted(exceptions)), tuple(shifts), tuple(totals))
        whole = cls(*days, (), ())
        halves = tuple(sorted(day.toordinal() for day in half_days))
        return replace(whole, half_days=halves, half_day_times=whole._times(halves, hours))

    def with_hours(self, hours: OfficeHours) -> Calendar:
        """The same days with other office hours; this one where they are the same."""
        if hours == self.hours:
            return self
        return replace(self, hours=hours, half_day_times=self._times(self.half_days, hours))

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, bool, int]], zone: str | None = None) -> Calendar:
        """From the notices' rows (day, is_off, notice year), as the database holds them; a year with rows is published.

        ``zone`` is a name; the default is the shipped policy's, as are the office hours.
        """
        known = tuple(rows)
        return cls.build(
            ((day, is_off) for day, is_off, _ in known),
            years={year for _, _, year in known},
            zone=ZoneInfo(zone or shipped.defaults()["time_zone"]),
        )

    @classmethod
    def shipped(cls, zone: str | None = None) -> Calendar:
        """The calendar of the shipped notices, without half days; one and the same for each zone."""
        return _shipped(zone)

    def covers(self, year: int) -> bool:
        """Is the year's calendar published?"""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """A weekday that is no day off, or a make-up day."""
        return self.working_days_through(day) > self._count(day.toordinal() - 1)

    def working_days_through(self, day: date) -> int:
        """Number of working days up to and including ``day``; only differences mean something."""
        return self._count(day.toordinal())

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after ``day``; n = 0 is the last working day not after it."""
        return self._day_number(self._count(day.toordinal()) + n)

    def local_day(self, instant: datetime) -> date:
        """The local day that holds ``instant``."""
        return instant.astimezone(self.zone).date()

    def day_closed_by(self, instant: datetime) -> date:
        """The local day that ``instant`` closes: 24:00 of Tuesday is Tuesday's, any other instant its own day's."""
        return (instant.astimezone(self.zone) - _TICK).date()

    def end_of(self, day: date) -> datetime:
        """24:00 of a local day, in UTC."""
        found = self._ends.get(day)
        if found is None:
            found = self._ends[day] = datetime.combine(day + _DAY, _MIDNIGHT, self.zone).astimezone(UTC)
        return found

    def office_time_at(self, instant: datetime) -> int:
        """Office time passed up to ``instant``, microseconds; only differences mean something."""
        local = instant.astimezone(self.zone)
        ordinal = local.toordinal()
        before = self._office_time_through(ordinal - 1)
        if self._count(ordinal) == self._count(ordinal - 1):
            return before
        return before + office.passed(self._spans(ordinal), _moment_of(local))

    def instant_at_office_time(self, total: int) -> datetime:
        """The first instant, in UTC, at which ``office_time_at`` reaches ``total``."""
        ordinal = self._day_reaching(total)
        moment = office.moment_when(self._spans(ordinal), total - self._office_time_through(ordinal - 1))
        midnight = datetime.combine(_date(ordinal), _MIDNIGHT)
        return (midnight + timedelta(microseconds=moment)).replace(tzinfo=self.zone).astimezone(UTC)

    def opening_from(self, instant: datetime) -> datetime:
        """``instant`` itself inside office hours (opening included, closing not), else the next opening; in UTC."""
        # One tick of office time ends one tick after the place where it could begin.
        return self.instant_at_office_time(self.office_time_at(instant) + 1) - _TICK

    def office_days(self, begin: datetime, end: datetime) -> tuple[date, date]:
        """The first and the last local day whose office hours, if worked, lie partly in [begin, end).

        The first is after the last where there is none.
        """
        first, last = self.local_day(begin), self.local_day(end - _TICK)
        if begin >= self._on(first, self._spans(first.toordinal())[-1][1]):
            first += _DAY
        if end <= self._on(last, self._spans(last.toordinal())[0][0]):
            last -= _DAY
        return first, last

    def _on(self, day: date, time: int) -> datetime:
        """The instant of this time of the local day, in microseconds after midnight."""
        return self.end_of(day - _DAY) + timedelta(microseconds=time)

    def _times(self, halves: tuple[int, ...], hours: OfficeHours) -> tuple[int, ...]:
        """Office time up to the end of each half day."""
        missing = hours.day_total - hours.half_total
        numbered = enumerate(halves, start=1)
        return tuple(self._count(ordinal) * hours.day_total - missing * number for number, ordinal in numbered)

    def _count(self, ordinal: int) -> int:
        found = self._counted.get(ordinal)
        if found is None:
            shift = self.shifts[bisect_right(self.exceptions, ordinal)]
            found = self._counted[ordinal] = _weekdays_through(ordinal) + shift
        return found

    def _day_number(self, count: int) -> date:
        found = self._numbered.get(count)
        if found is None:
            found = self._numbered[count] = self._find_day(count)
        return found

    def _find_day(self, count: int) -> date:
        index = bisect_left(self.totals, count)
        ordinal = _weekday_number(count - self.shifts[index])
        if index < len(self.exceptions):
            # Plain weekdays ran out before the next exception: that exception is a make-up day and the one sought.
            ordinal = min(ordinal, self.exceptions[index])
        return _date(ordinal)

    def _office_time_through(self, ordinal: int) -> int:
        missing = self.hours.day_total - self.hours.half_total
        return self._count(ordinal) * self.hours.day_total - bisect_right(self.half_days, ordinal) * missing

    def _day_reaching(self, total: int) -> int:
        index = bisect_left(self.half_day_times, total)
        missing = self.hours.day_total - self.hours.half_total
        ordinal = self._day_number(-(-(total + index * missing) // self.hours.day_total)).toordinal()
        return min(ordinal, self.half_days[index]) if index < len(self.half_days) else ordinal

    def _spans(self, ordinal: int) -> tuple[office.Span, ...]:
        index = bisect_left(self.half_days, ordinal)
        is_half = index < len(self.half_days) and self.half_days[index] == ordinal
        return self.hours.half_day if is_half else self.hours.working_day


@cache
def _shipped(zone: str | None) -> Calendar:
    return Calendar.from_rows(((row.day, row.is_off, row.notice_year) for row in shipped.holiday_rows()), zone)


def _exceptions(rows: Iterable[tuple[date, bool]], half_days: Collection[date]) -> dict[int, int]:
    """Ordinal → −1 (a weekday off) or +1 (a weekend day worked)."""
    off: dict[date, bool] = {}
    for day, is_off in rows:
        if off.setdefault(day, is_off) != is_off:
            raise DomainError("calendar.contradicts_itself", f"{day.isoformat()} 既是休息日又是工作日。")
    off.update(dict.fromkeys(half_days, False))
    return {
        day.toordinal(): -1 if is_off else 1 for day, is_off in off.items() if is_off == (day.weekday() < _WEEKDAYS)
    }


def _weekdays_through(ordinal: int) -> int:
    weeks, rest = divmod(ordinal, 7)
    return weeks * _WEEKDAYS + (min(_WEEKDAYS, rest))


def _weekday_number(count: int) -> int:
    weeks, rest = divmod(count - 1, _WEEKDAYS)
    return weeks * 7 + rest + 1


def _moment_of(local: datetime) -> int:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def _date(ordinal: int) -> date:
    if not 1 <= ordinal <= _LAST_ORDINAL:
        raise OverflowError("beyond the calendar")
    return date.fromordinal(ordinal)
