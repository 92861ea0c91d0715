"""What the ranking page shows, read in one go: the table, cut to what the person may see, and the totals beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessment.metrics import Counts, Rate, half_up, pooled_score, rate
from assessment.rankings import Row
from assessment.schemes.model import Indicator
from assessment.service import Table
from assessment.shown import in_shown_order, shown_cells

DECIMALS = 2  # as in the exchange table, whose numbers these are


@dataclass(frozen=True)
class Line:
    """One unit: its row, and the strings of the exchange table by column; without a rank where the scheme shows ``band``s."""

    row: Row
    cells: dict[str, str]
    band: str = ""

    @property
    def is_ranked(self) -> bool:
        """Whether it has a rank."""
        return self.row.rank is not None


@dataclass(frozen=True)
class Totals:
    """The whole group pooled: rates of the sums, never means of rates."""

    counts: Counts
    rates: tuple[tuple[Indicator, Rate], ...]
    score: str | None

    @staticmethod
    def of(table: Table) -> Totals:
        """Pooled over every row, also those that the reader does not see one by one."""
        counts = table.total
        rates = tuple(
            (indicator, rate(indicator, counts, table.scheme))
            for indicator in (Indicator.RESPONSE, Indicator.RESOLUTION, Indicator.SATISFACTION)
        )
        pooled = pooled_score(counts, table.scheme)
        return Totals(counts, rates, None if pooled is None else half_up(pooled, DECIMALS))


@dataclass(frozen=True)
class RankingPage:
    """The table in the order of rules.md §7. ``is_own``: only the person's own units are in ``lines``."""

    table: Table
    lines: tuple[Line, ...]
    totals: Totals
    ranked_in_group: int
    is_own: bool

    @property
    def ranked(self) -> list[Line]:
        """Those with a rank."""
        return [line for line in self.lines if line.is_ranked]

    @property
    def unranked(self) -> list[Line]:
        """Those without, set apart."""
        return [line for line in self.lines if not line.is_ranked]


def page_of(table: Table, visible: Collection[str] | None, listed: Collection[str] | None = None) -> RankingPage:
    """The page of a table for somebody who sees the units ``visible`` (None: all) and asks for those ``listed`` (None: all)."""
    shown = [
        row
        for row in in_shown_order(table.rows, table.scheme)
        if (visible is None or row.unit.code in visible) and (listed is None or row.unit.code in listed)
    ]
    return RankingPage(
        table=table,
        lines=tuple(Line(row, *shown_cells(row, table.scheme)) for row in shown),
        totals=Totals.of(table),
        ranked_in_group=sum(row.rank is not None for row in table.rows),
        is_own=visible is not None,
    )
