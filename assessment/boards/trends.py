"""The rates of a unit and of its whole group over the last periods: as published where they are, else as the ranking counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment import beside
from assessment.metrics import Counts, Rate, half_up, pool, rate, score
from assessment.periods import Period
from assessment.publications.queries import published_rows
from assessment.rankings import Row, UnitRow, rank
from assessment.running import reading as running
from assessment.schemes.model import Group, Indicator, Scheme
from assessment.shown import shown_cells
from dispatch import contract

RATES = (Indicator.RESPONSE, Indicator.RESOLUTION, Indicator.SATISFACTION)
DECIMALS = 2  # as in the exchange table, whose numbers these are


@dataclass(frozen=True)
class Side:
    """One line of the trend in one period: counts, and what follows from them; without valid answers no rate and no score."""

    counts: Counts
    rates: tuple[Rate | None, ...]
    score: str
    place: str = ""  # the rank, or the band where the scheme shows bands

    @property
    def percents(self) -> tuple[str, ...]:
        """The three rates as the exchange table writes them."""
        return tuple("" if of is None else of.percent(DECIMALS) for of in self.rates)


@dataclass(frozen=True)
class Moment:
    """One period: the whole group pooled, and the unit where one is asked for and was in effect. ``published``: the number of the
    publication whose frozen figures these are; None where they are counted as known."""

    period: Period
    group: Side
    ranked: int
    unit: Side | None
    is_running: bool
    published: int | None = None


def trend(
    session: Session, scheme: Scheme, last: Period, group: Group, as_of: datetime, *, code: str = "", periods: int
) -> list[Moment]:
    """The ``periods`` periods up to ``last``, oldest first, as known at ``as_of``."""
    wanted = [last]
    while len(wanted) < periods:
        wanted.append(wanted[-1].previous())
    return [_moment(session, scheme, period, group, as_of, code) for period in reversed(wanted)]


def _moment(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, code: str) -> Moment:
    official = published_rows(session, scheme.name, period, group, as_of)
    rows = official[1] if official else _counted(session, scheme, period, group, as_of)
    own = next((row for row in rows if row.unit.code == code), None)
    return Moment(
        period=period,
        group=_pooled(rows, scheme),
        ranked=sum(row.rank is not None for row in rows),
        unit=None if own is None else _side(own, scheme),
        is_running=as_of < period.settles_at,
        published=official[0] if official else None,
    )


def _counted(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime) -> list[Row]:
    units = [
        UnitRow(unit.code, unit.name, unit.population)
        for unit in contract.units_in_effect(session, group, period.start, period.end)
    ]
    entered = beside.entered(session, scheme, period, as_of)
    return rank(units, running.counts(session, scheme, period, group, as_of), scheme, group, entered=entered)


def _pooled(rows: Sequence[Row], scheme: Scheme) -> Side:
    counts = pool(row.counts for row in rows)
    if not counts.valid:
        return Side(counts, (None,) * len(RATES), "")
    found = tuple(rate(one, counts, scheme) for one in RATES)
    return Side(counts, found, half_up(score(counts, scheme).value, DECIMALS))


def _side(row: Row, scheme: Scheme) -> Side:
    cells, band = shown_cells(row, scheme)
    rates = (row.response_rate, row.resolution_rate, row.satisfaction_rate)
    return Side(row.counts, rates, cells["score"], band or cells["rank"])
