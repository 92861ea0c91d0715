"""Which days are worked, by the number of the day (its ordinal): the part of a calendar that knows no office hours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import TypeVar

from dispatch.kernel.errors import DomainError

_MIDNIGHT = time()
_WEEKDAYS = 5
_LAST_ORDINAL = date.max.toordinal()
Value = TypeVar("Value")


class _Kept(dict[int, Value]):
    """What was looked up before; a city asks for a few thousand. Asked for a new key, it finds the value itself."""

    def __init__(self, find: Callable[[int], Value]) -> None:
        self._find = find

    def __missing__(self, key: int) -> Value:
        found = self[key] = self._find(key)
        return found


@dataclass(frozen=True, eq=False)
class WorkingDays:
    """Working days of a business time zone. Made by ``build``; equal and hashed by identity.

    Days are counted from 0001-01-01, a Monday, so the plain weekdays up to a day are arithmetic; a notice only shifts
    that count at its ``exceptions``. Every look-up is then one bisection, in any year, and done once.
    """

    zone: tzinfo
    years: frozenset[int]
    exceptions: tuple[int, ...]
    """Ordinals of the weekdays off and the weekend days worked, ascending."""
    shifts: tuple[int, ...]
    """``shifts[i]`` is what the first i exceptions add to the plain count of weekdays."""
    totals: tuple[int, ...]
    """Working days up to and including each exception."""
    through: dict[int, int] = field(init=False, repr=False)
    """Ordinal of a day → working days up to and including it; only differences mean something."""
    numbered: dict[int, int] = field(init=False, repr=False)
    """That count → the ordinal of the working day that brings it. Beyond the calendar: ``OverflowError``."""
    ends: dict[int, datetime] = field(init=False, repr=False)
    """Ordinal of a local day → its 24:00, in UTC. Beyond the calendar: ``OverflowError``."""
    _published: tuple[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kept = {"through": self._find_count, "numbered": self._find_day, "ends": self._find_end}
        for name, find in kept.items():
            object.__setattr__(self, name, _Kept(find))
        object.__setattr__(self, "_published", _last_run(self.years))

    @classmethod
    def build(
        cls, rows: Iterable[tuple[date, bool]], *, years: Collection[int], zone: tzinfo, half_days: Collection[date]
    ) -> WorkingDays:
        """From rows (day, is_off); half days are worked. One day both off and worked: ``calendar.contradicts_itself``."""
        exceptions = _exceptions(rows, half_days)
        shifts, totals = [0], []
        for ordinal in sorted(exceptions):
            shifts.append(shifts[-1] + exceptions[ordinal])
            totals.append(_weekdays_through(ordinal) + shifts[-1])
        return cls(zone, frozenset(years), tuple(sorted(exceptions)), tuple(shifts), tuple(totals))

    def are_published(self, first: int, last: int) -> bool:
        """Does every day from one ordinal through another lie in a published year? True where there is no such day."""
        begins, ends = self._published
        if (begins <= first and last <= ends) or first > last:
            return True
        return self.years.issuperset(range(date.fromordinal(first).year, date.fromordinal(last).year + 1))

    def _find_count(self, ordinal: int) -> int:
        return _weekdays_through(ordinal) + self.shifts[bisect_right(self.exceptions, ordinal)]

    def _find_day(self, count: int) -> int:
        index = bisect_left(self.totals, count)
        weeks, rest = divmod(count - self.shifts[index] - 1, _WEEKDAYS)
        ordinal = weeks * 7 + rest + 1
        if index < len(self.exceptions):
            # Plain weekdays ran out before the next exception: that exception is a make-up day and the one sought.
            ordinal = min(ordinal, self.exceptions[index])
        if not 1 <= ordinal <= _LAST_ORDINAL:
            raise OverflowError("beyond the calendar")
        return ordinal

    def _find_end(self, ordinal: int) -> datetime:
        if not 0 <= ordinal < _LAST_ORDINAL:
            raise OverflowError("beyond the calendar")
        return datetime.combine(date.fromordinal(ordinal + 1), _MIDNIGHT, self.zone).astimezone(UTC)


def _last_run(years: frozenset[int]) -> tuple[int, int]:
    """The first and the last ordinal of the published years that lie next to each other, counted back from the last."""
    if not years:
        return 1, 0
    first = last = max(years)
    while first - 1 in years:
        first -= 1
    return date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()


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
    return weeks * _WEEKDAYS + min(_WEEKDAYS, rest)
