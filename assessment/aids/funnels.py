"""The funnel plot of a table: every unit's rate over its answers, between the limits of chance. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessment.aids.funnel import Band, bands, outside
from assessment.aids.settings import settings
from assessment.metrics import Rate, rate, wilson
from assessment.rankings import UnitRow
from assessment.schemes.model import Indicator
from assessment.service import Table

STEPS = 60  # places at which the limits are drawn


@dataclass(frozen=True)
class Point:
    """A unit: its rate, its Wilson interval, and the highest level whose limits it leaves (None: within chance)."""

    unit: UnitRow
    rate: Rate
    low: float
    high: float
    outside: float | None


@dataclass(frozen=True)
class Funnel:
    """The group's pooled rate, its units with at least one answer, and the limits by number of answers."""

    indicator: Indicator
    pooled: Rate
    points: tuple[Point, ...]
    limits: tuple[tuple[int, tuple[Band, ...]], ...]


def funnel_of(table: Table, indicator: Indicator, visible: Collection[str] | None = None) -> Funnel:
    """The units of a table that the reader sees (None: all), around the rate of the whole group."""
    pooled = rate(indicator, table.total, table.scheme)
    found = []
    for row in table.rows:
        of = rate(indicator, row.counts, table.scheme)
        if of.denominator and (visible is None or row.unit.code in visible):
            found.append(Point(row.unit, of, *wilson(of), outside(of, pooled, settings().funnel)))
    most = max((point.rate.denominator for point in found), default=0)
    limits = tuple((answers, bands(float(pooled.value), answers, settings().funnel)) for answers in _places(most))
    return Funnel(indicator, pooled, tuple(found), limits)


def _places(most: int) -> list[int]:
    """From 1 to ``most``, closer together where the funnel is narrowing fast."""
    return sorted({max(1, round(most ** (step / STEPS))) for step in range(STEPS + 1)}) if most else []
