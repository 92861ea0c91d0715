"""Rates and scores of one unit, exact to the last step (rules.md §7). Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from statistics import NormalDist

from assessment.schemes.model import Indicator, PointRule, Scheme, Weight

PERCENT = 100


@dataclass(frozen=True)
class Counts:
    """What happened at one unit in one period, plain counts of tickets (rules.md §6–8); they add up when pooled.

    Among ``received``: ``valid``, ``pending`` (could still become valid), ``first_contacted``, ``on_time``.
    Among ``valid``: ``contacted``, ``yes`` and ``partly`` (solved), ``satisfied``, ``basically``,
    ``explained_not_yes`` (explained, solved is not yes) and the three ``unknown_*`` (answer not given).
    ``excluded`` is out of ``received``. ``red_cards``, ``lost_disputes`` and ``proactive_topics`` count items.
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

    def __post_init__(self) -> None:
        if any(getattr(self, field.name) < 0 for field in fields(self)):
            raise ValueError(f"a count is negative: {self}")
        parts = (
            (self.valid + self.pending, self.received),
            (self.first_contacted, self.received),
            (self.on_time, self.received),
            (self.contacted + self.unknown_contacted, self.valid),
            (self.yes + self.partly + self.unknown_solved, self.valid),
            (self.yes + self.explained_not_yes, self.valid),
            (self.satisfied + self.basically + self.unknown_satisfaction, self.valid),
        )
        if any(part > whole for part, whole in parts):
            raise ValueError(f"a part is larger than its whole: {self}")

    def __add__(self, other: Counts) -> Counts:
        names = (field.name for field in fields(self))
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


def pool(counts: Iterable[Counts]) -> Counts:
    """The sum. Totals are pooled and their rates computed anew; they are never means of rates."""
    return sum(counts, Counts())


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


_Formula = Callable[[Counts, Scheme], tuple[Fraction, int]]


def _valid_for(indicator: Indicator, counts: Counts, unknown: int, scheme: Scheme) -> int:
    return counts.valid - unknown if indicator in scheme.leave_out else counts.valid


def _response(counts: Counts, scheme: Scheme) -> tuple[Fraction, int]:
    whole = _valid_for(Indicator.RESPONSE, counts, counts.unknown_contacted, scheme)
    return Fraction(counts.contacted), whole


def _resolution(counts: Counts, scheme: Scheme) -> tuple[Fraction, int]:
    whole = _valid_for(Indicator.RESOLUTION, counts, counts.unknown_solved, scheme)
    return counts.yes + scheme.credits.partly * counts.partly, whole


def _satisfaction(counts: Counts, scheme: Scheme) -> tuple[Fraction, int]:
    whole = _valid_for(Indicator.SATISFACTION, counts, counts.unknown_satisfaction, scheme)
    return counts.satisfied + scheme.credits.basically * counts.basically, whole


_FORMULAS: dict[Indicator, _Formula] = {
    Indicator.RESPONSE: _response,
    Indicator.RESOLUTION: _resolution,
    Indicator.SATISFACTION: _satisfaction,
    Indicator.FIRST_CONTACT: lambda counts, _: (Fraction(counts.first_contacted), counts.received),
    Indicator.ON_TIME: lambda counts, _: (Fraction(counts.on_time), counts.received),
    Indicator.ACTUAL_RESOLUTION: lambda counts, _: (Fraction(counts.yes), counts.yes + counts.explained_not_yes),
}


def rate(indicator: Indicator, counts: Counts, scheme: Scheme) -> Rate:
    """One indicator of one unit under a scheme's credits and its treatment of missing answers."""
    numerator, denominator = _FORMULAS[indicator](counts, scheme)
    return Rate(numerator, denominator, counts.excluded)


@dataclass(frozen=True)
class WeightedRate:
    """One term of a score: ``amount`` = share × rate × 100."""

    weight: Weight
    rate: Rate

    @property
    def amount(self) -> Fraction:
        """Points that this indicator brings."""
        return self.weight.share * self.rate.value * PERCENT


@dataclass(frozen=True)
class Points:
    """One deduction (``amount`` ≤ 0) or bonus of a score."""

    rule: PointRule
    count: int

    @property
    def amount(self) -> Fraction:
        """Points, capped to ``rule.cap`` in size."""
        return max(-self.rule.cap, min(self.rule.cap, self.rule.each * self.count))


@dataclass(frozen=True)
class Score:
    """A score with the terms that make it, so that a page can show the sum."""

    rates: tuple[WeightedRate, ...]
    points: tuple[Points, ...]

    @property
    def value(self) -> Fraction:
        """Exact and unbounded: deductions may take it below 0, bonuses above 100 (rules.md §8 sets no bound)."""
        amounts = [term.amount for term in self.rates] + [term.amount for term in self.points]
        return sum(amounts, Fraction(0))


def score(counts: Counts, scheme: Scheme) -> Score:
    """Score of one unit: Σ weight × rate × 100, then points. Whether it is ranked at all: ``rankings``."""
    return Score(
        rates=tuple(WeightedRate(weight, rate(weight.indicator, counts, scheme)) for weight in scheme.weights),
        points=tuple(Points(rule, getattr(counts, rule.of.value)) for rule in scheme.points),
    )


def half_up(value: Fraction, decimals: int) -> str:
    """Decimal text of an exact number; a half goes away from zero, and zero has no sign."""
    scale = 10**decimals
    size = math.floor(abs(value) * scale + Fraction(1, 2))
    whole, rest = divmod(size, scale)
    sign = "-" if value < 0 and size else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def wilson(of: Rate, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a rate, both ends 0 to 1: an aid beside the rate, never instead of it (design §8).

    With credits the fractional numerator is taken as it is (an approximation). No follow-up: all is possible, (0, 1).
    Source: E. B. Wilson, JASA 22 (1927) 209–212.
    """
    n = of.denominator
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = float(of.value)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
