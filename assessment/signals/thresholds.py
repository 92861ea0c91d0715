"""The thresholds, which a city may change: ``thresholds.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources

from assessment.schemes.reader import Section
from dispatch.kernel.errors import DomainError


class Signal(StrEnum):
    """What is looked for."""

    CLOSED_FAST = "closed_fast"
    LAST_MINUTE = "last_minute"
    SAME_ANSWER = "same_answer"
    SOLVED_BY_UNIT_ONLY = "solved_by_unit_only"
    RECHECK_DISAGREES = "recheck_disagrees"
    SELF_CALLED = "self_called"
    DISPUTE_PING_PONG = "dispute_ping_pong"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Thresholds:
    """``least``: tickets by signal below which nothing is hinted at; ``confidence`` of the comparison with the others."""

    confidence: float
    least: tuple[tuple[Signal, int], ...]
    fast_minutes: int
    last_minutes: int
    alike: int
    caller_tickets: int
    caller_good: float
    dispute_times: int

    def least_of(self, signal: Signal) -> int:
        """The fewest tickets of this signal."""
        return dict(self.least)[signal]


@cache
def thresholds() -> Thresholds:
    """As shipped."""
    return loads(resources.files(__package__).joinpath("thresholds.toml").read_text(encoding="utf-8"))


def loads(text: str) -> Thresholds:
    """From TOML. Raises ``DomainError`` ``scheme.*`` naming the key."""
    try:
        root = Section(tomllib.loads(text, parse_float=Decimal))
    except ValueError as error:
        raise DomainError("scheme.unreadable", f"阈值文件不是有效的 TOML：{error}") from error
    root.integer("version", 1, 1_000_000)
    parts = {signal: root.section(signal.value) for signal in Signal}
    found = Thresholds(
        confidence=float(root.number("confidence", 0, 1)),
        least=tuple((signal, part.integer("least", 1, 1_000_000)) for signal, part in parts.items()),
        fast_minutes=parts[Signal.CLOSED_FAST].integer("minutes", 1, 1440),
        last_minutes=parts[Signal.LAST_MINUTE].integer("minutes", 1, 1440),
        alike=parts[Signal.SAME_ANSWER].integer("alike", 2, 1_000_000),
        caller_tickets=parts[Signal.SELF_CALLED].integer("tickets", 2, 1_000_000),
        caller_good=float(parts[Signal.SELF_CALLED].number("good", 0, 1)),
        dispute_times=parts[Signal.DISPUTE_PING_PONG].integer("times", 1, 100),
    )
    for part in (*parts.values(), root):
        part.done()
    return found
