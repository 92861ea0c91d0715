"""Plain counts of one unit in one period, what stands beside them, and rates with their fractions (rules.md §6–8). Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from operator import attrgetter

PERCENT = 100


@dataclass(frozen=True)
class Counts:
    """What happened at one unit in one period, plain counts of tickets (rules.md §6–8); they add up when pooled.

    Among ``received``: ``valid``, ``pending`` (could still become valid), ``first_contacted``, ``on_time``.
    Among ``valid``: ``contacted``, ``yes`` and ``partly`` (solved), ``satisfied``, ``basically``,
    ``explained_not_yes`` (explained, solved is not yes) and the three ``unknown_*`` (answer not given).
    ``excluded`` is out of ``received``. ``red_cards``, ``lost_disputes`` and ``proactive_topics`` count items.
    Counted only where the scheme asks (``facts.extras``): among ``received`` ``completed``, ``first_dispatched`` (never returned),
    ``came_back``, ``acknowledge_due`` and ``contact_due`` (had such a limit) with those of them ``…_in_time``; among ``valid``
    ``redone``.
    Raises ``ValueError`` where a part is larger than its whole: the counting itself is then wrong.
    """

    received: int = 0
    valid: int = 0
    contacted: int = 0
    yes: int = 0
    partly: int = 0
    satisfied: int = 0
    basically: int = 0
    excluded: int = 0
    pending: int = 0
    first_contacted: int = 0
    on_time: int = 0
    explained_not_yes: int = 0
    unknown_contacted: int = 0
    unknown_solved: int = 0
    unknown_satisfaction: int = 0
    red_cards: int = 0
    lost_disputes: int = 0
    proactive_topics: int = 0
    completed: int = 0
    first_dispatched: int = 0
    redone: int = 0
    came_back: int = 0
    acknowledge_due: int = 0
    acknowledged_in_time: int = 0
    contact_due: int = 0
    contacted_in_time: int = 0

    def __post_init__(self) -> None:
        if min(self.numbers) < 0:
            raise ValueError(f"a count is negative: {self}")
        parts = (
            (self.valid + self.pending, self.received),
            (self.first_contacted, self.received),
            (self.on_time, self.received),
            (self.contacted + self.unknown_contacted, self.valid),
            (self.yes + self.partly + self.unknown_solved, self.valid),
            (self.yes + self.explained_not_yes, self.valid),
            (self.satisfied + self.basically + self.unknown_satisfaction, self.valid),
            (self.redone, self.valid),
            (max(self.completed, self.first_dispatched, self.came_back), self.received),
            (max(self.acknowledge_due, self.contact_due), self.received),
            (self.acknowledged_in_time, self.acknowledge_due),
            (self.contacted_in_time, self.contact_due),
        )
        if any(part > whole for part, whole in parts):
            raise ValueError(f"a part is larger than its whole: {self}")

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """All of them, in the order of the fields."""
        return _values(self)

    def __add__(self, other: Counts) -> Counts:
        return pool((self, other))


# A table makes thousands of these: they are read by one getter, not field by field.
_names = tuple(one.name for one in fields(Counts))
_values: Callable[[Counts], tuple[int, ...]] = attrgetter(*_names)
FIELDS = frozenset(_names)
NO_COUNTS = Counts()


def pool(counts: Iterable[Counts]) -> Counts:
    """The sum. Totals are pooled and their rates computed anew; they are never means of rates."""
    columns = zip(*(one.numbers for one in counts), strict=True)
    return Counts(*map(sum, columns))


@dataclass(frozen=True)
class Beside:
    """What some indicators need beyond the unit's own tickets; all of it unknown where nobody says so.

    ``marks`` and ``marks_most``: the sum of the marks that others gave it, and what the sum would be were each the highest.
    ``given``: values entered for it, by key.
    """

    group_received: int = 0
    population: int | None = None
    marks: int = 0
    marks_most: int = 0
    given: Mapping[str, Fraction] = field(default_factory=dict)


NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Rate:
    """A rate with its fraction and what was left out. The numerator may be fractional (credits)."""

    numerator: Fraction
    denominator: int
    excluded: int = 0

    @property
    def value(self) -> Fraction:
        """Exact value, 0 to 1; nothing out of nothing is 0 (rules.md §8, "with neither 0")."""
        return self.numerator / self.denominator if self.denominator else Fraction(0)

    def percent(self, decimals: int) -> str:
        """``98.96`` for 663 of 670 at two decimals, half-up."""
        return half_up(self.value * PERCENT, decimals)


def half_up(value: Fraction, decimals: int) -> str:
    """Decimal text of an exact number; a half goes away from zero, and zero has no sign."""
    scale = 10**decimals
    size = math.floor(abs(value) * scale + Fraction(1, 2))
    whole, rest = divmod(size, scale)
    sign = "-" if value < 0 and size else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"
