"""Due instants exactly by ``rules.md`` §1: the limit, then its extensions, then its pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.values import Due, Limit, Mode, Pause, Unit, out_of_range, to_utc

__all__ = ["Calendar", "Due", "Limit", "Mode", "Pause", "Remaining", "Unit", "due_at", "extended", "remaining"]

# An enumeration's member costs ten times a module's name, and a due instant asks for a dozen.
_NATURAL_DAYS, _WORKING_DAYS, _WORKING_HOURS = Unit.NATURAL_DAYS, Unit.WORKING_DAYS, Unit.WORKING_HOURS
_MICROSECOND = timedelta(microseconds=1)
_TICK = datetime.resolution


def due_at(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    extensions: Iterable[Limit] = (),
    pauses: Sequence[tuple[datetime, datetime]] = (),
) -> Due:
    """When ``limit`` ends that began at ``start`` (aware), in UTC.

    ``extensions`` count in the order given, then ``pauses`` [begin, end) in order of begin, whichever was granted
    first. Refuses ``limit.instant_without_offset``, ``limit.pause_reversed``, ``limit.pauses_overlap`` and
    ``limit.out_of_range``.
    """
    begin = to_utc(start)
    ordered = _in_order(pauses)
    reckoning = _Reckoning(calendar)
    try:
        due = reckoning.first(begin, limit)
        for extension in extensions:
            due = reckoning.extend(due, extension)
        for begins_at, ends_at in ordered:
            counted_from = max(begin, begins_at)
            if ends_at > begin and counted_from < due:
                due = reckoning.pause(due, limit, counted_from, ends_at)
    except OverflowError:
        raise out_of_range() from None
    return Due(due, reckoning.is_provisional)


def extended(due: datetime, extension: Limit, calendar: Calendar) -> datetime:
    """``due`` with one extension counted on (rules.md §1): days count after the day that ``due`` closes. In UTC."""
    try:
        return _Reckoning(calendar).extend(to_utc(due), extension)
    except OverflowError:
        raise out_of_range() from None


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left at an instant; ``wall`` is negative once overdue, the counts stop at nothing."""

    wall: timedelta
    days: int | None
    """Days not yet used after today (working days; natural days for end-of-day limits), for day limits."""
    office_time: timedelta | None
    """Office time left, for working hours."""


def remaining(at: datetime, due: datetime, limit: Limit, calendar: Calendar) -> Remaining:
    """How much of ``limit`` with the due instant ``due`` in force is left at ``at`` (both aware)."""
    now, end = to_utc(at), to_utc(due)
    days: int | None = None
    office_time: timedelta | None = None
    if limit.unit is _WORKING_HOURS:
        ticks = calendar.office_time_at(end) - calendar.office_time_at(now)
        office_time = max(ticks, 0) * _MICROSECOND
    elif not limit.is_elapsed:
        days = max(_days_between(calendar, limit, calendar.local_day(now), calendar.day_closed_by(end)), 0)
    return Remaining(end - now, days, office_time)


class _Reckoning:
    """Adds up one due instant, and remembers whether a day it looked at lies in a year not yet published.

    Days are ordinals here: a due instant is asked for with every change of a ticket, and 200,000 times by a notice.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.days = calendar.days
        self.zone = calendar.days.zone
        self.is_provisional = False
        self._ended = 0
        self._end: datetime | None = None  # the last end of a day that was found, and which day's it is

    def first(self, start: datetime, limit: Limit) -> datetime:
        """The due instant as first set: days count after the local day of ``start``."""
        if limit.is_elapsed:
            return start + limit.duration
        return self._count_on(start, start.astimezone(self.zone).toordinal(), limit)

    def extend(self, due: datetime, extension: Limit) -> datetime:
        """Days count after the day that ``due`` closes."""
        if extension.is_elapsed:
            return due + extension.duration
        return self._count_on(due, self._closed_by(due), extension)

    def pause(self, due: datetime, limit: Limit, begins_at: datetime, ends_at: datetime) -> datetime:
        """Count again, from the end of the pause, what was left when it began; the limit's own unit decides."""
        unit = limit.unit
        if unit is _WORKING_HOURS:
            return self._pause_hours(due, begins_at, ends_at)
        if limit.is_elapsed:
            return due + (ends_at - begins_at)
        began, resumed = begins_at.astimezone(self.zone).toordinal(), ends_at.astimezone(self.zone).toordinal()
        closed = self._closed_by(due)
        if unit is _WORKING_DAYS:
            self._rest_on(began + 1, closed)
            left = self.days.through[closed] - self.days.through[began]
        else:
            left = closed - began
        if left == 0:
            # 24:00 of the day of resumption if it counts, else of the next that does.
            resumed, left = resumed - 1, 1
        return self._end_of_nth_day(resumed, left, unit)

    def _pause_hours(self, due: datetime, begins_at: datetime, ends_at: datetime) -> datetime:
        calendar = self.calendar
        left = calendar.office_time_at(due) - calendar.office_time_at(begins_at)
        if left == 0:
            again = calendar.opening_from(ends_at)
        else:
            again = calendar.instant_at_office_time(calendar.office_time_at(ends_at) + left)
        self._rest_on(*calendar.office_days(begins_at, due))
        # One tick on, because an opening lies on the day that it opens.
        self._rest_on(*calendar.office_days(ends_at, again + _TICK))
        return again

    def _count_on(self, instant: datetime, day: int, limit: Limit) -> datetime:
        if limit.unit is not _WORKING_HOURS:
            return self._end_of_nth_day(day, limit.amount, limit.unit)
        total = self.calendar.office_time_at(instant) + limit.duration // _MICROSECOND
        due = self.calendar.instant_at_office_time(total)
        self._rest_on(*self.calendar.office_days(instant, due))
        return due

    def _closed_by(self, instant: datetime) -> int:
        if instant is self._end:
            return self._ended
        return (instant.astimezone(self.zone) - _TICK).toordinal()

    def _end_of_nth_day(self, day: int, n: int, unit: Unit) -> datetime:
        days = self.days
        if unit is _NATURAL_DAYS:
            last = day + n
        else:
            last = days.numbered[days.through[day] + n]
            self._rest_on(day + 1, last)
        self._ended, self._end = last, days.ends[last]
        return self._end

    def _rest_on(self, first: int, last: int) -> None:
        if not self.days.are_published(first, last):
            self.is_provisional = True


def _days_between(calendar: Calendar, limit: Limit, after: date, through: date) -> int:
    """Days that count for ``limit`` after one day up to and including another."""
    if limit.unit is _NATURAL_DAYS:
        return (through - after).days
    return calendar.working_days_through(through) - calendar.working_days_through(after)


def _in_order(pauses: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The pauses in UTC, in order of begin."""
    ordered = [(to_utc(begins_at), to_utc(ends_at)) for begins_at, ends_at in pauses]
    ordered.sort()
    earlier_ends: datetime | None = None
    for begins_at, ends_at in ordered:
        if ends_at <= begins_at:
            raise DomainError("limit.pause_reversed", "暂停的结束时间必须晚于开始时间。")
        if earlier_ends is not None and begins_at < earlier_ends:
            raise DomainError("limit.pauses_overlap", "暂停时段互相重叠。")
        earlier_ends = ends_at
    return ordered
