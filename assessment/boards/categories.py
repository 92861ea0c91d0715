"""Units by category: what each received of which matter, its rates there, and whether chance explains the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.conditions import Asked
from assessment.counted import FIELDS
from assessment.metrics import Counts, Rate, pool, rate, wilson
from assessment.periods import Period
from assessment.rankings import UnitRow
from assessment.schemes.model import Group, Indicator, Scheme
from dispatch import contract

Counted = Mapping[tuple[str, str], Counts]
NO_CATEGORY = ""


class Measure(StrEnum):
    """What a cell of the map shows."""

    RECEIVED = "received"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"


class Tone(StrEnum):
    """How a cell stands to its column: beyond chance, within it, or too few to say. Of ``received``: shares of the busiest cell."""

    FAR_BELOW = "far-below"
    BELOW = "below"
    ABOVE = "above"
    FAR_ABOVE = "far-above"
    FEW = "few"
    NONE = "none"
    QUARTER = "quarter"
    HALF = "half"
    MOST = "most"


@dataclass(frozen=True)
class HeatCell:
    """``sample``: tickets received, or answers that the rate rests on."""

    sample: int
    rate: Rate | None
    tone: Tone


@dataclass(frozen=True)
class HeatLine:
    """A unit, all its categories together first."""

    unit: UnitRow
    whole: HeatCell
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatMap:
    """``categories``: the most frequent first, what has none last; ``pooled``: the whole group's line."""

    measure: Measure
    categories: tuple[str, ...]
    pooled: HeatLine
    lines: tuple[HeatLine, ...]


def counted(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime) -> Counted:
    """``Counts`` by unit code and topmost category (empty: none), of the tickets that the ranking counts."""
    rows = session.execute(_by_category(session, scheme, period, group, as_of)).mappings().all()
    tops = contract.top_categories(session, {row["category"] for row in rows if row["category"]}, as_of)
    found: dict[tuple[str, str], list[Counts]] = {}
    for row in rows:
        counts = Counts(**{name: int(value) for name, value in row.items() if name in FIELDS})
        found.setdefault((row["code"], tops.get(row["category"], NO_CATEGORY)), []).append(counts)
    return {key: pool(several) for key, several in found.items()}


def heat_map(
    found: Counted, units: Sequence[UnitRow], shown: Sequence[UnitRow], scheme: Scheme, measure: Measure, least: int
) -> HeatMap:
    """The units ``shown`` against the whole group ``units``. A rate of fewer than ``least`` answers is shown without a judgement."""
    codes = {unit.code for unit in units}
    whole: dict[str, Counts] = {}
    for (code, category), counts in found.items():
        if code in codes:
            whole[category] = whole.get(category, Counts()) + counts
    categories = sorted(whole, key=lambda name: (name == NO_CATEGORY, -whole[name].received, name))
    busiest = max((counts.received for counts in found.values()), default=0)
    sides = _Sides(scheme, measure, least, busiest)
    everything = [whole[name] for name in categories]
    pooled = HeatLine(UnitRow("", ""), sides.plain(pool(everything)), tuple(map(sides.plain, everything)))
    lines = []
    for unit in shown:
        own = [found.get((unit.code, name), Counts()) for name in categories]
        cells = tuple(sides.cell(counts, at.rate) for counts, at in zip(own, pooled.cells, strict=True))
        lines.append(HeatLine(unit, sides.cell(pool(own), pooled.whole.rate, is_total=True), cells))
    return HeatMap(measure, tuple(categories), pooled, tuple(lines))


@dataclass(frozen=True)
class _Sides:
    scheme: Scheme
    measure: Measure
    least: int
    busiest: int

    def plain(self, counts: Counts) -> HeatCell:
        """A cell that is compared with nothing."""
        if self.measure is Measure.RECEIVED:
            return HeatCell(counts.received, None, Tone.NONE)
        of = rate(Indicator(self.measure.value), counts, self.scheme)
        return HeatCell(of.denominator, of if of.denominator else None, Tone.NONE)

    def cell(self, counts: Counts, against: Rate | None, *, is_total: bool = False) -> HeatCell:
        """A cell with its tone."""
        found = self.plain(counts)
        if self.measure is Measure.RECEIVED:
            return found if is_total else HeatCell(found.sample, None, self._share(found.sample))
        if found.rate is None or against is None:
            return found
        return HeatCell(found.sample, found.rate, tone_of(found.rate, against, self.least))

    def _share(self, received: int) -> Tone:
        """In quarters of the busiest cell."""
        quarters = 4 * received // self.busiest if received else 0
        return (Tone.NONE, Tone.QUARTER, Tone.HALF, Tone.MOST, Tone.MOST)[quarters]


def tone_of(of: Rate, against: Rate, least: int) -> Tone:
    """Far = the pooled rate lies outside the Wilson interval of this one, so that chance alone hardly explains it."""
    if of.denominator < least:
        return Tone.FEW
    low, high = wilson(of)
    pooled = float(against.value)
    if pooled > high:
        return Tone.FAR_BELOW
    if pooled < low:
        return Tone.FAR_ABOVE
    return Tone.BELOW if of.value < against.value else Tone.ABOVE


def _by_category(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime) -> Select[Any]:
    of = contract.ticket_categories().subquery()
    parts, asked = facts.parts(session, scheme, period, group, as_of), Asked(extras=conditions.extras(scheme))
    tallies = [
        select(rows.c.unit_id, of.c.category, *conditions.sums(rows.c, asked))
        .join_from(rows, of, of.c.ticket_id == rows.c.ticket_id)
        .group_by(rows.c.unit_id, of.c.category)
        for rows, _is_voice in parts
    ]
    together = union_all(*tallies).subquery()
    names = [column.name for column in together.c if column.name in FIELDS]
    summed = (
        select(together.c.unit_id, together.c.category, *(func.sum(together.c[name]).label(name) for name in names))
        .group_by(together.c.unit_id, together.c.category)
        .subquery()
    )
    units = contract.unit_codes().subquery()
    columns = [summed.c[name] for name in names]
    return select(units.c.code, summed.c.category, *columns).join_from(
        summed, units, units.c.unit_id == summed.c.unit_id
    )
