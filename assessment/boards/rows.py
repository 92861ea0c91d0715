"""The boards as rows of words, the same for the page's export and for whoever reads them: strings of the exchange table."""

from __future__ import annotations

from collections.abc import Callable

from assessment.boards.categories import HeatCell, HeatMap, Measure
from assessment.boards.side_by_side import SideBySide
from assessment.boards.trends import DECIMALS, RATES, Moment, Side
from assessment.console.words import INDICATOR_WORDS, PART_WORDS
from assessment.metrics import half_up
from assessment.parts import Part
from assessment.rankings import UnitRow
from assessment.table import cells

Say = Callable[[str], str]
Table = tuple[list[str], list[list[str]]]


def trend_rows(moments: list[Moment], unit: UnitRow | None, group_name: str, _: Say) -> Table:
    """One row per period and side: the unit's, then the group's."""
    heads = [_("周期"), _("单位"), _(PART_WORDS[Part.RECEIVED]), _(PART_WORDS[Part.VALID])]
    heads += [_(INDICATOR_WORDS[one]) + "%" for one in RATES] + [_("得分"), _("名次"), _("参加排名的单位")]
    rows = []
    for moment in moments:
        if unit is not None and moment.unit is not None:
            rows.append(_side(moment, moment.unit, unit.name))
        rows.append(_side(moment, moment.group, group_name))
    return heads, rows


def _side(moment: Moment, side: Side, name: str) -> list[str]:
    counts = [str(side.counts.received), str(side.counts.valid)]
    return [moment.period.name, name, *counts, *side.percents, side.score, side.place, str(moment.ranked)]


def heat_rows(found: HeatMap, _: Say) -> Table:
    """A column per category; of a rate also one with the answers that it rests on."""
    heads = [_("单位编码"), _("单位")]
    for name in (_("合计"), *(category or _("未分类") for category in found.categories)):
        heads += [name] if found.measure is Measure.RECEIVED else [f"{name} %", f"{name} {_('样本')}"]
    lines = [[line.unit.code, line.unit.name, *_heat(found, line.whole, line.cells)] for line in found.lines]
    return heads, [*lines, ["", _("全组合计"), *_heat(found, found.pooled.whole, found.pooled.cells)]]


def _heat(found: HeatMap, whole: HeatCell, others: tuple[HeatCell, ...]) -> list[str]:
    row: list[str] = []
    for cell in (whole, *others):
        if found.measure is Measure.RECEIVED:
            row.append(str(cell.sample))
        else:
            row += [cell.rate.percent(DECIMALS) if cell.rate else "", str(cell.sample)]
    return row


def two_schemes_rows(found: SideBySide, shown: set[str] | None, _: Say) -> Table:
    """Scores under both and what the second one gains; ranks only where both schemes tell them."""
    titles = [_(table.scheme.title) for table in (found.left, found.right)]
    heads = [_("单位编码"), _("单位")]
    if found.has_ranks:
        heads += [f"{title} {_('名次')}" for title in titles] + [_("名次变化")]
    heads += [f"{title} {_('有效回访')}" for title in titles] + [f"{title} {_('得分')}" for title in titles]
    heads.append(_("得分变化"))
    rows = []
    for line in found.lines:
        if shown is not None and line.unit.code not in shown:
            continue
        both = [cells(row) if row else {} for row in (line.left, line.right)]
        row = [line.unit.code, line.unit.name]
        if found.has_ranks:
            row += [side.get("rank", "") for side in both] + ["" if line.places is None else str(line.places)]
        row += [side.get("valid", "") for side in both] + [side.get("score", "") for side in both]
        row.append("" if line.points is None else half_up(line.points, DECIMALS))
        rows.append(row)
    return heads, rows
