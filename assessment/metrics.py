"""The score of one unit with the terms that make it, exact to the last step (rules.md §7). Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from assessment.counted import NOTHING_BESIDE, PERCENT, Beside, Counts, Rate, half_up, pool
from assessment.formulas import rate
from assessment.schemes.model import GivenRule, Indicator, PointRule, Scheme, Weight

__all__ = ["NOTHING_BESIDE", "PERCENT", "Beside", "Counts", "Rate", "half_up", "pool", "rate"]

OF_ONE_UNIT = frozenset({Indicator.SHARE_OF_INTAKE, Indicator.PER_TEN_THOUSAND, Indicator.PEER_MARKS})


@dataclass(frozen=True)
class WeightedRate:
    """One term of a score: ``amount`` = share × what of it the rate earns × 100."""

    weight: Weight
    rate: Rate

    @property
    def earned(self) -> Fraction:
        """0 to 1: where the rate lies between the weight's ``none`` and ``full``."""
        if not self.rate.denominator:
            return self.weight.on_zero
        return _between(self.rate.value, self.weight.full, self.weight.none)

    @property
    def amount(self) -> Fraction:
        """Points that this indicator brings."""
        return self.weight.share * self.earned * PERCENT


@dataclass(frozen=True)
class GivenTerm:
    """A value that was entered, or None where nobody has."""

    rule: GivenRule
    value: Fraction | None

    @property
    def earned(self) -> Fraction:
        """0 to 1, as of ``WeightedRate``."""
        if self.value is None:
            return self.rule.on_missing
        return _between(self.value, self.rule.full, self.rule.none)

    @property
    def amount(self) -> Fraction:
        """Points that it brings."""
        return self.rule.share * self.earned * PERCENT


def _between(value: Fraction, full: Fraction, none: Fraction) -> Fraction:
    # The plain scale 0 to 1 is nearly every term of every unit: it is spared the division.
    part = value if full == 1 and not none else (value - none) / (full - none)
    if part.numerator <= 0:
        return Fraction(0)
    return part if part.numerator < part.denominator else Fraction(1)


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
    given: tuple[GivenTerm, ...] = ()

    @property
    def value(self) -> Fraction:
        """Exact and unbounded: deductions may take it below 0, bonuses above 100 (rules.md §8 sets no bound)."""
        amounts = [term.amount for term in self.rates]
        amounts += [term.amount for term in self.given] + [term.amount for term in self.points]
        return sum(amounts, Fraction(0))


def score(counts: Counts, scheme: Scheme, beside: Beside = NOTHING_BESIDE) -> Score:
    """Score of one unit: Σ weight × rate × 100, then points. Whether it is ranked at all: ``rankings``."""
    return Score(
        rates=tuple(WeightedRate(one, rate(one.indicator, counts, scheme, beside)) for one in scheme.weights),
        points=tuple(Points(rule, getattr(counts, rule.of.value)) for rule in scheme.points),
        given=tuple(GivenTerm(rule, beside.given.get(rule.key)) for rule in scheme.given),
    )


def pooled_score(counts: Counts, scheme: Scheme) -> Fraction | None:
    """The score of a whole group's pooled counts; None where nobody was reached, or where the scheme weighs what only a single
    unit has: its share of the intake, its residents, marks or values given to it."""
    weighs_a_unit = scheme.given or scheme.indicators & OF_ONE_UNIT
    return score(counts, scheme).value if counts.valid and not weighs_a_unit else None


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
