"""Funnel plot of a rate: how far chance alone may take a unit of n answers from the pooled rate. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from assessment.metrics import Rate


@dataclass(frozen=True)
class Band:
    """Control limits at one level for one number of answers, both 0 to 1."""

    level: float
    low: float
    high: float


def bands(pooled: float, answers: int, levels: Iterable[float]) -> tuple[Band, ...]:
    """The limits around ``pooled`` (0 to 1) for ``answers`` ≥ 1, one band per level.

    A unit lies outside of a band exactly where the pooled rate lies outside of its Wilson interval of the same level. Credits
    make a rate vary less than a plain share, so that for them the bands are a little too wide: nobody is shown out by mistake.
    Source: D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185–1202.
    """
    if answers < 1:
        return tuple(Band(level, 0.0, 1.0) for level in levels)
    spread = math.sqrt(pooled * (1 - pooled) / answers)
    return tuple(_band(pooled, spread, level) for level in levels)


def outside(rate: Rate, pooled: Rate, levels: Iterable[float]) -> float | None:
    """The highest level whose band the rate leaves; None where it lies within all of them or has no answers."""
    if not rate.denominator or not pooled.denominator:
        return None
    found, value = None, float(rate.value)
    for band in bands(float(pooled.value), rate.denominator, sorted(levels)):
        if value < band.low or value > band.high:
            found = band.level
    return found


def _band(pooled: float, spread: float, level: float) -> Band:
    half = NormalDist().inv_cdf((1 + level) / 2) * spread
    return Band(level, max(0.0, pooled - half), min(1.0, pooled + half))
