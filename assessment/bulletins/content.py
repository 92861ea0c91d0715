"""What a bulletin says, as words and strings; the two files only lay it out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from assessment.classes import TITLES, UnitClass
from assessment.console.words import GIVEN_WORDS, GROUP_WORDS, INDICATOR_WORDS, NOTE_WORDS, plain
from assessment.metrics import half_up, pooled_score, rate
from assessment.periods import PeriodKind
from assessment.schemes.model import Indicator, Scheme
from assessment.service import Table
from assessment.table import cells

DECIMALS: Final = 2  # as in the exchange table, whose numbers these are
_RATES: Final = (Indicator.RESPONSE, Indicator.RESOLUTION, Indicator.SATISFACTION)
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as the exchange table has it: column → string."""

    cells: dict[str, str]
    classes: str
    note: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """``lines`` in the order of the ranking, the not ranked after; ``totals``: the pooled figures of the group, as strings by the
    columns of the exchange table. ``overview``, ``classes`` and ``remarks`` are sentences."""

    title: str
    subtitle: str
    period: str
    group: str
    cut_off: str
    issued_on: str
    is_running: bool
    lines: tuple[Line, ...]
    totals: dict[str, str]
    overview: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    @property
    def ranked(self) -> tuple[Line, ...]:
        """Those with a rank."""
        return tuple(line for line in self.lines if line.cells["rank"])

    @property
    def unranked(self) -> tuple[Line, ...]:
        """Those without."""
        return tuple(line for line in self.lines if not line.cells["rank"])


def bulletin(table: Table, *, zone: ZoneInfo, at: datetime, digest: str = "") -> Bulletin:
    """The bulletin of a table, issued at ``at``. ``digest``: of the publication that it comes from, if it does."""
    lines = tuple(_line(table, number) for number in range(len(table.rows)))
    totals = _totals(table)
    word = "周通报" if table.period.kind is PeriodKind.WEEK else "月报告"
    return Bulletin(
        title=f"12345 热线接诉即办工作{word}",
        subtitle=f"{table.period.label} · {GROUP_WORDS[table.group]}",
        period=table.period.label,
        group=GROUP_WORDS[table.group],
        cut_off=f"{table.as_of.astimezone(zone):%Y年%m月%d日 %H:%M}",
        issued_on=_day(at.astimezone(zone)),
        is_running=table.is_running,
        lines=lines,
        totals=totals,
        overview=tuple(_overview(table, lines, totals)),
        classes=tuple(_classes(table)),
        remarks=tuple(_remarks(table, zone, digest)),
    )


def _line(table: Table, number: int) -> Line:
    row = table.rows[number]
    classes = "、".join(TITLES[name] for name in row.classes)
    return Line(cells(row), classes, NOTE_WORDS[row.note] if row.note else "")


def _totals(table: Table) -> dict[str, str]:
    counts, scheme = table.total, table.scheme
    counted = {
        "received": counts.received,
        "valid": counts.valid,
        "contacted": counts.contacted,
        "solved": counts.yes,
        "satisfied": counts.satisfied,
        "basically": counts.basically,
        "excluded": counts.excluded,
    }
    percents = {
        f"{one.value}_rate": rate(one, counts, scheme).percent(DECIMALS) if counts.valid else "" for one in _RATES
    }
    pooled = pooled_score(counts, scheme)
    shown = "" if pooled is None else half_up(pooled, DECIMALS)
    return {name: str(value) for name, value in counted.items()} | percents | {"score": shown}


def _overview(table: Table, lines: tuple[Line, ...], totals: dict[str, str]) -> list[str]:
    said = [
        (
            f"{table.period.label}，{GROUP_WORDS[table.group]}共受理诉求 {totals['received']} 件，"
            f"有效回访 {totals['valid']} 件，剔除 {totals['excluded']} 件。"
        )
    ]
    if totals["response_rate"]:
        said.append(
            f"总体响应率 {totals['response_rate']}%，解决率 {totals['resolution_rate']}%，"
            f"满意率 {totals['satisfaction_rate']}%，综合得分 {totals['score']} 分（按全部工单合并计算）。"
        )
    ranked = [line for line in lines if line.cells["rank"]]
    if len(ranked) > 2 * _NAMED:
        first = "、".join(_named(line) for line in ranked[:_NAMED])
        last = "、".join(_named(line) for line in ranked[-_NAMED:])
        said.append(f"参加排名的单位 {len(ranked)} 个。得分居前的是：{first}；居后的是：{last}。")
    else:
        said.append(f"参加排名的单位 {len(ranked)} 个。")
    if table.is_running:
        said.append(f"本周期尚未定案，仍有 {table.pending} 件待回访，以下数字可能变化。")
    return said


def _named(line: Line) -> str:
    return f"{line.cells['unit_name']}（{line.cells['score']} 分）"


def _classes(table: Table) -> list[tuple[str, str]]:
    found = []
    for kind in UnitClass:
        names = [row.unit.name for row in table.rows if kind in row.classes]
        if names:
            found.append((TITLES[kind], "、".join(names)))
    return found


def _remarks(table: Table, zone: ZoneInfo, digest: str) -> list[str]:
    scheme = table.scheme
    said = [
        f"考核办法：{scheme.title}（{scheme.name} 第 {scheme.version} 版）。",
        (
            f"得分 = {_formula(scheme)}；基本满意按 {plain(scheme.credits.basically)} 计，"
            f"部分解决按 {plain(scheme.credits.partly)} 计。"
        ),
        f"有效回访不足 {max(1, scheme.minimum)} 件的单位不排名；得分和并列条件都相同的单位名次相同。",
        (
            f"数据截至 {table.as_of.astimezone(zone):%Y年%m月%d日 %H:%M}；"
            f"定案时间 {table.settles_at.astimezone(zone):%Y年%m月%d日 %H:%M}。"
        ),
        "被剔除的工单不计入受理；各率的分母为有效回访。样本少的单位，率和名次波动大，不宜单独比较。",
    ]
    if table.unlisted:
        said.append(f"下列单位有工单但不在本周期名单内，未列入：{'、'.join(table.unlisted)}。")
    return said + ([f"发布数据校验码：{digest}。"] if digest else [])


def _formula(scheme: Scheme) -> str:
    terms = [f"{INDICATOR_WORDS[one.indicator]} × {plain(one.share)}" for one in scheme.weights]
    terms += [f"{GIVEN_WORDS[one.key]} × {plain(one.share)}" for one in scheme.given]
    return f"（{' + '.join(terms)}）× 100" + (" 再加减分" if scheme.points else "")


def _day(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日"
