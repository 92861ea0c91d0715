"""A table with and without its exclusions, unit by unit: what was taken out, and what difference it made (rules.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from assessment.metrics import Counts, Rate, pooled_score, rate
from assessment.periods import Period
from assessment.rankings import Row, UnitRow
from assessment.schemes.model import Group, Indicator, Scheme
from assessment.service import Table, table

RATES = (Indicator.RESPONSE, Indicator.RESOLUTION, Indicator.SATISFACTION)


@dataclass(frozen=True)
class Compared:
    """One unit. ``before``: with the excluded tickets back in; ``after``: the official row."""

    before: Row
    after: Row

    @property
    def unit(self) -> UnitRow:
        """Whose row it is."""
        return self.after.unit

    @property
    def excluded(self) -> int:
        """Tickets taken out."""
        return self.after.counts.excluded

    @property
    def gain(self) -> Fraction | None:
        """Points that the exclusions bring; None where it is not ranked in both."""
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score

    @property
    def places(self) -> int | None:
        """Places that the unit has risen by them (negative: fallen); None where it is not ranked in both."""
        if self.before.rank is None or self.after.rank is None:
            return None
        return self.before.rank - self.after.rank


@dataclass(frozen=True)
class Comparison:
    """Both tables of one question; ``units`` in the order of the official one."""

    before: Table
    after: Table

    @property
    def units(self) -> tuple[Compared, ...]:
        """Every unit of the group."""
        earlier = {row.unit.code: row for row in self.before.rows}
        return tuple(Compared(earlier[row.unit.code], row) for row in self.after.rows)

    @property
    def total_before(self) -> Counts:
        """The group pooled, with the excluded back in."""
        return self.before.total

    @property
    def total_after(self) -> Counts:
        """The group pooled, officially."""
        return self.after.total


def before_and_after(
    session: Session, scheme: Scheme, period: Period, group: Group | str, as_of: datetime, at: datetime
) -> Comparison:
    """The official table as of ``as_of`` and the same with every excluded ticket back in. Raises as ``service.table`` does."""
    return Comparison(
        before=table(session, scheme, period, group, as_of, at=at, with_excluded=True),
        after=table(session, scheme, period, group, as_of, at=at),
    )


def rates_of(counts: Counts, scheme: Scheme) -> tuple[Rate, ...]:
    """The three rates of pooled counts."""
    return tuple(rate(indicator, counts, scheme) for indicator in RATES)


def score_of(counts: Counts, scheme: Scheme) -> Fraction | None:
    """The score of pooled counts; None where nobody was reached."""
    return pooled_score(counts, scheme)
