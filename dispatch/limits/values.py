"""The words of a limit: amount, unit, mode, pause and due instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from dispatch.kernel.errors import DomainError

_LIMIT = re.compile(r"([1-9][0-9]{0,8})(h|nd|wd|wh)")


class Unit(StrEnum):
    """What a limit is counted in."""

    HOURS = "h"
    NATURAL_DAYS = "nd"
    WORKING_DAYS = "wd"
    WORKING_HOURS = "wh"


class Mode(StrEnum):
    """How natural days are counted; it means nothing to the other units."""

    ROLLING = "rolling"
    END_OF_DAY = "end_of_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """Amount and unit, e.g. five working days; ``mode`` speaks for natural days only."""

    amount: int
    unit: Unit
    mode: Mode = Mode.ROLLING
    is_elapsed: bool = field(init=False, compare=False, repr=False)
    """True where only elapsed time counts, whatever the calendar: hours and rolling natural days."""

    def __post_init__(self) -> None:
        is_elapsed = self.unit is Unit.HOURS or (self.unit is Unit.NATURAL_DAYS and self.mode is Mode.ROLLING)
        object.__setattr__(self, "is_elapsed", is_elapsed)
        if self.amount < 1:
            raise DomainError("limit.amount_not_positive", "时限必须是正整数。", amount=self.amount)

    @classmethod
    def parse(cls, text: str, mode: Mode = Mode.ROLLING) -> Limit:
        """Read ``2h``, ``7nd``, ``5wd`` or ``8wh``; anything else is ``limit.unreadable``."""
        found = _LIMIT.fullmatch(text)
        if found is None:
            raise DomainError("limit.unreadable", f"时限“{text[:40]}”无法识别，应形如 2h、7nd、5wd 或 8wh。")
        return cls(int(found[1]), Unit(found[2]), mode)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.value}"

    @property
    def duration(self) -> timedelta:
        """The amount as a plain length; for ``wh`` it is a length of office time. Working days have none."""
        if self.unit in (Unit.HOURS, Unit.WORKING_HOURS):
            return timedelta(hours=self.amount)
        if self.unit is Unit.NATURAL_DAYS:
            return timedelta(days=self.amount)
        raise ValueError("working days have no fixed length")


class Pause(NamedTuple):
    """The clock stands from ``begins_at`` up to, not including, ``ends_at``; both aware."""

    begins_at: datetime
    ends_at: datetime


class Due(NamedTuple):
    """The due instant in UTC; ``provisional`` when it rests on a year without a published calendar."""

    at: datetime
    provisional: bool


def to_utc(instant: datetime) -> datetime:
    """The same instant in UTC; refuses ``limit.instant_without_offset`` and ``limit.out_of_range``."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise DomainError("limit.instant_without_offset", f"时间“{instant.isoformat()}”缺少时区偏移。")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise out_of_range() from None


def out_of_range() -> DomainError:
    """The refusal of an instant that no calendar of ours can name."""
    return DomainError("limit.out_of_range", "时限超出可计算的日期范围。")
