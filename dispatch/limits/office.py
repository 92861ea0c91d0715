"""Office hours: the working time inside one day, in whole microseconds since local midnight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from dispatch.kernel.errors import DomainError
from dispatch.limits import shipped

Span = tuple[int, int]
"""Opening and closing, microseconds since local midnight; the closing instant is outside."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00)")
_MINUTE = 60 * 1_000_000


@dataclass(frozen=True)
class OfficeHours:
    """The spans of a full working day and of a half day (its morning)."""

    working_day: tuple[Span, ...]
    half_day: tuple[Span, ...]

    @classmethod
    def parse(cls, working_day: Sequence[str], half_day: Sequence[str]) -> OfficeHours:
        """Read spans such as ``09:00-12:00``; unreadable or overlapping: ``calendar.office_hours_unreadable``."""
        return cls(_spans(working_day), _spans(half_day))

    @classmethod
    def shipped(cls) -> OfficeHours:
        """The office hours a city starts with."""
        return _shipped()

    @cached_property
    def day_total(self) -> int:
        """Working time of a full day, microseconds."""
        return passed(self.working_day, self.working_day[-1][1])

    @cached_property
    def half_total(self) -> int:
        """Working time of a half day, microseconds."""
        return passed(self.half_day, self.half_day[-1][1])


def passed(spans: tuple[Span, ...], moment: int) -> int:
    """How much of ``spans`` lies before ``moment`` of the day."""
    return sum(min(moment, closes) - opens for opens, closes in spans if opens < moment)


def moment_when(spans: tuple[Span, ...], amount: int) -> int:
    """The first moment at which ``amount`` (more than nothing, at most all) of ``spans`` has passed."""
    for opens, closes in spans:
        if amount <= closes - opens:
            return opens + amount
        amount -= closes - opens
    raise ValueError("more than the day's working time")


@cache
def _shipped() -> OfficeHours:
    hours = shipped.defaults()["office_hours"]
    return OfficeHours.parse(hours["working_day"], hours["half_day"])


def _spans(texts: Sequence[str]) -> tuple[Span, ...]:
    spans = tuple(_span(text) for text in texts)
    edges = [edge for span in spans for edge in span]
    if not spans or any(later <= earlier for earlier, later in pairwise(edges)):
        raise _unreadable("、".join(texts))
    return spans


def _span(text: str) -> Span:
    opens, dash, closes = text.partition("-")
    if not dash:
        raise _unreadable(text)
    return _moment(opens), _moment(closes)


def _moment(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise _unreadable(text)
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) * _MINUTE


def _unreadable(text: str) -> DomainError:
    return DomainError(
        "calendar.office_hours_unreadable", f"办公时间“{text}”有误，应形如 09:00-12:00,且先后相接、互不重叠。"
    )
