"""Which half-open interval a month or a week is (rules.md §6 and §7). Pure; the zone comes from the caller."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from assessment.schemes.model import Scheme
from dispatch.kernel.errors import DomainError

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_DAY = timedelta(days=1)
_YEARS = range(1900, 3000)  # beyond it a typing error is likelier than a period


class PeriodKind(StrEnum):
    """Months follow the scheme's first day; weeks are ISO weeks in every scheme."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True)
class Period:
    """Local days [``first_on``, ``end_on``) in ``zone``; ``name`` is ``2026-10`` or ``2026-W42``."""

    name: str
    kind: PeriodKind
    first_on: date
    end_on: date
    zone: ZoneInfo
    first_day: int
    settle_days: int

    @classmethod
    def parse(cls, name: str, scheme: Scheme, zone: ZoneInfo) -> Period:
        """``2026-10`` or ``2026-W42``. Raises ``DomainError`` ``period.unreadable``."""
        return cls.named(name, zone, first_day=scheme.first_day, settle_days=scheme.settle_days)

    @classmethod
    def named(cls, name: str, zone: ZoneInfo, *, first_day: int = 1, settle_days: int = 0) -> Period:
        """By name alone the calendar month or ISO week, whatever a scheme makes of it. Raises as ``parse``."""
        month, week = _MONTH.fullmatch(name), _WEEK.fullmatch(name)
        try:
            if month and int(month[1]) in _YEARS:
                return cls._month(int(month[1]), int(month[2]), first_day, settle_days, zone)
            if week and int(week[1]) in _YEARS:
                return cls._week(date.fromisocalendar(int(week[1]), int(week[2]), 1), first_day, settle_days, zone)
        except ValueError:
            pass
        raise DomainError("period.unreadable", f"无法识别周期“{name}”，应写作 2026-10 或 2026-W42。", period=name)

    @classmethod
    def holding(cls, at: datetime, scheme: Scheme, zone: ZoneInfo, kind: PeriodKind = PeriodKind.MONTH) -> Period:
        """The month or week that holds the aware instant ``at``."""
        return cls._on(at.astimezone(zone).date(), kind, scheme.first_day, scheme.settle_days, zone)

    def require_begun(self, at: datetime) -> None:
        """Raises ``DomainError`` ``period.not_begun``: nobody counts in a future period."""
        if self.start > at:
            raise DomainError("period.not_begun", f"{self.label}尚未开始。", period=self.name)

    @property
    def start(self) -> datetime:
        """First instant inside, aware, in the zone."""
        return _midnight(self.first_on, self.zone)

    @property
    def end(self) -> datetime:
        """First instant after it, aware, in the zone."""
        return _midnight(self.end_on, self.zone)

    @property
    def last_instant(self) -> datetime:
        """The last microsecond inside, in UTC."""
        return self.end.astimezone(UTC) - datetime.resolution

    @property
    def settles_at(self) -> datetime:
        """Earliest cut-off of a publication: the end + the scheme's settle days; before it the page says 运行中."""
        return _midnight(self.end_on + timedelta(days=self.settle_days), self.zone)

    @property
    def last_on(self) -> date:
        """The last local day inside."""
        return self.end_on - _DAY

    @property
    def label(self) -> str:
        """``2026年10月（9月19日—10月18日）``, ``2026年10月``, ``2026年第42周（10月12日—10月18日）``."""
        year, rest = self.name.split("-")
        last = self.last_on
        span = f"（{self.first_on.month}月{self.first_on.day}日—{last.month}月{last.day}日）"
        if self.kind is PeriodKind.WEEK:
            return f"{year}年第{int(rest[1:])}周{span}"
        return f"{year}年{int(rest)}月" + (span if self.first_day != 1 else "")

    def contains(self, at: datetime) -> bool:
        """Whether the aware instant ``at`` lies in [start, end)."""
        # Compared in UTC: two datetimes of one zone would be compared by their wall clocks.
        return self.start.astimezone(UTC) <= at.astimezone(UTC) < self.end.astimezone(UTC)

    def previous(self) -> Period:
        """The period of the same kind that ends where this one starts."""
        return self._on(self.first_on - _DAY, self.kind, self.first_day, self.settle_days, self.zone)

    @classmethod
    def _on(cls, day: date, kind: PeriodKind, first_day: int, settle_days: int, zone: ZoneInfo) -> Period:
        if kind is PeriodKind.WEEK:
            return cls._week(day - timedelta(days=day.weekday()), first_day, settle_days, zone)
        # A month that begins on the 19th is named after the month it ends in.
        months = day.year * 12 + day.month - 1 + (1 if 1 < first_day <= day.day else 0)
        return cls._month(months // 12, months % 12 + 1, first_day, settle_days, zone)

    @classmethod
    def _month(cls, year: int, month: int, first_day: int, settle_days: int, zone: ZoneInfo) -> Period:
        named = date(year, month, first_day)
        if first_day == 1:
            first_on, end_on = named, (named + timedelta(days=31)).replace(day=1)
        else:
            first_on, end_on = (named.replace(day=1) - _DAY).replace(day=first_day), named
        return cls(f"{year:04d}-{month:02d}", PeriodKind.MONTH, first_on, end_on, zone, first_day, settle_days)

    @classmethod
    def _week(cls, monday: date, first_day: int, settle_days: int, zone: ZoneInfo) -> Period:
        year, week, _ = monday.isocalendar()
        end_on = monday + timedelta(days=7)
        return cls(f"{year:04d}-W{week:02d}", PeriodKind.WEEK, monday, end_on, zone, first_day, settle_days)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
