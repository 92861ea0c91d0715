"""Two schemes on one period, unit by unit: ranks, scores, and what the choice of scheme alone moves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from assessment.rankings import Row, UnitRow
from assessment.schemes.bands import shows_bands
from assessment.service import Table


@dataclass(frozen=True)
class TwoRows:
    """One unit under both; ``right`` None: the other scheme's period has no such unit. ``places`` and ``points``: what it gains
    under the right one (negative: loses), None where it is not ranked in both."""

    unit: UnitRow
    left: Row
    right: Row | None

    @property
    def places(self) -> int | None:
        """Places risen."""
        if self.right is None or self.left.rank is None or self.right.rank is None:
            return None
        return self.left.rank - self.right.rank

    @property
    def points(self) -> Fraction | None:
        """Points of score gained."""
        if self.right is None or self.left.score is None or self.right.score is None:
            return None
        return self.right.score - self.left.score


@dataclass(frozen=True)
class SideBySide:
    """``has_ranks``: neither scheme shows bands, so that ranks may be told."""

    left: Table
    right: Table
    lines: tuple[TwoRows, ...]

    @property
    def has_ranks(self) -> bool:
        """Whether ranks may be shown at all."""
        return not (shows_bands(self.left.scheme) or shows_bands(self.right.scheme))

    @property
    def moved(self) -> int:
        """How many units have another rank."""
        return sum(1 for line in self.lines if line.places)

    @property
    def farthest(self) -> int:
        """The most places that a unit moves."""
        return max((abs(line.places) for line in self.lines if line.places is not None), default=0)


def side_by_side(left: Table, right: Table) -> SideBySide:
    """In the order of the left table."""
    others = {row.unit.code: row for row in right.rows}
    return SideBySide(left, right, tuple(TwoRows(row.unit, row, others.get(row.unit.code)) for row in left.rows))
