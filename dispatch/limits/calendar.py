"""The calendar: which days are worked, and how much office time has passed at an instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from dispatch.limits import office, shipped
from dispatch.limits.days import WorkingDays
from dispatch.limits.office import OfficeHours

_TICK = datetime.resolution
_MIDNIGHT = time()


@dataclass(frozen=True, eq=False)
class Calendar:
    """The days worked, and the office hours of those days. Make one with ``build`` or ``shipped``; hashed by identity.

    Rules that count for every ticket ask ``days`` by ordinal; the rest of the house asks here by date.
    """

    days: WorkingDays
    hours: OfficeHours
    half_days: tuple[int, ...]
    """Ordinals, ascending; always working days."""
    half_day_times: tuple[int, ...]
    """Office time up to the end of each half day, microseconds."""

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
        days = WorkingDays.build(rows, years=years, zone=zone, half_days=half_days)
        halves = tuple(sorted(day.toordinal() for day in half_days))
        return cls(days, hours, halves, _times(days, halves, hours))

    def with_hours(self, hours: OfficeHours) -> Calendar:
        """The same days with other office hours; this one where they are the same."""
        if hours == self.hours:
            return self
        return replace(self, hours=hours, half_day_times=_times(self.days, self.half_days, hours))

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

    @property
    def zone(self) -> tzinfo:
        """The business time zone."""
        return self.days.zone

    def covers(self, year: int) -> bool:
        """Is the year's calendar published?"""
        return year in self.days.years

    def is_working_day(self, day: date) -> bool:
        """A weekday that is no day off, or a make-up day."""
        return self._is_worked(day.toordinal())

    def working_days_through(self, day: date) -> int:
        """Number of working days up to and including ``day``; only differences mean something."""
        return self.days.through[day.toordinal()]

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after ``day``; n = 0 is the last working day not after it."""
        return date.fromordinal(self.days.numbered[self.days.through[day.toordinal()] + n])

    def local_day(self, instant: datetime) -> date:
        """The local day that holds ``instant``."""
        return instant.astimezone(self.zone).date()

    def day_closed_by(self, instant: datetime) -> date:
        """The local day that ``instant`` closes: 24:00 of Tuesday is Tuesday's, any other instant its own day's."""
        return (instant.astimezone(self.zone) - _TICK).date()

    def end_of(self, day: date) -> datetime:
        """24:00 of a local day, in UTC."""
        return self.days.ends[day.toordinal()]

    def office_time_at(self, instant: datetime) -> int:
        """Office time passed up to ``instant``, microseconds; only differences mean something."""
        local = instant.astimezone(self.zone)
        ordinal = local.toordinal()
        before = self._office_time_through(ordinal - 1)
        return before + office.passed(self._spans(ordinal), _moment_of(local)) if self._is_worked(ordinal) else before

    def instant_at_office_time(self, total: int) -> datetime:
        """The first instant, in UTC, at which ``office_time_at`` reaches ``total``."""
        ordinal = self._day_reaching(total)
        moment = office.moment_when(self._spans(ordinal), total - self._office_time_through(ordinal - 1))
        midnight = datetime.combine(date.fromordinal(ordinal), _MIDNIGHT)
        return (midnight + timedelta(microseconds=moment)).replace(tzinfo=self.zone).astimezone(UTC)

    def opening_from(self, instant: datetime) -> datetime:
        """``instant`` itself inside office hours (opening included, closing not), else the next opening; in UTC."""
        # One tick of office time ends one tick after the place where it could begin.
        return self.instant_at_office_time(self.office_time_at(instant) + 1) - _TICK

    def office_days(self, begin: datetime, end: datetime) -> tuple[int, int]:
        """Ordinals of the first and the last local day whose office hours, if worked, lie partly in [begin, end).

        The first is after the last where there is none.
        """
        first, last = begin.astimezone(self.zone).toordinal(), (end - _TICK).astimezone(self.zone).toordinal()
        first += begin >= self._on(first, self._spans(first)[-1][1])
        last -= end <= self._on(last, self._spans(last)[0][0])
        return first, last

    def _is_worked(self, ordinal: int) -> bool:
        return self.days.through[ordinal] > self.days.through[ordinal - 1]

    def _on(self, ordinal: int, time: int) -> datetime:
        """The instant of this time of the local day, in microseconds after midnight."""
        return self.days.ends[ordinal - 1] + timedelta(microseconds=time)

    def _office_time_through(self, ordinal: int) -> int:
        missing = self.hours.day_total - self.hours.half_total
        return self.days.through[ordinal] * self.hours.day_total - bisect_right(self.half_days, ordinal) * missing

    def _day_reaching(self, total: int) -> int:
        index = bisect_left(self.half_day_times, total)
        missing = self.hours.day_total - self.hours.half_total
        ordinal = self.days.numbered[-(-(total + index * missing) // self.hours.day_total)]
        return min(ordinal, self.half_days[index]) if index < len(self.half_days) else ordinal

    def _spans(self, ordinal: int) -> tuple[office.Span, ...]:
        index = bisect_left(self.half_days, ordinal)
        is_half = index < len(self.half_days) and self.half_days[index] == ordinal
        return self.hours.half_day if is_half else self.hours.working_day


@cache
def _shipped(zone: str | None) -> Calendar:
    return Calendar.from_rows(((row.day, row.is_off, row.notice_year) for row in shipped.holiday_rows()), zone)


def _times(days: WorkingDays, halves: tuple[int, ...], hours: OfficeHours) -> tuple[int, ...]:
    """Office time up to the end of each half day."""
    missing = hours.day_total - hours.half_total
    return tuple(
        days.through[ordinal] * hours.day_total - missing * number for number, ordinal in enumerate(halves, start=1)
    )


def _moment_of(local: datetime) -> int:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
