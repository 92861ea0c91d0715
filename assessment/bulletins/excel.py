"""A bulletin as Excel: the ranking as a formatted table with native charts, and a sheet of tickets behind each unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from assessment.bulletins.content import Bulletin, Line
from assessment.console.words import COLUMN_WORDS
from dispatch.contract import TicketFact

FONT: Final = "仿宋"
LONGEST_SHEET_NAME: Final = 31
CHARTED: Final = 40  # bars that one chart shows legibly
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
RANKING: Final = "排名"
TOTALS: Final = "总体"
COLUMNS: Final = (
    ("rank", 7, "whole"),
    ("unit_code", 13, "text"),
    ("unit_name", 24, "link"),
    ("received", 9, "whole"),
    ("valid", 10, "whole"),
    ("contacted", 9, "whole"),
    ("solved", 9, "whole"),
    ("satisfied", 8, "whole"),
    ("basically", 10, "whole"),
    ("excluded", 8, "whole"),
    ("response_rate", 10, "decimal"),
    ("resolution_rate", 10, "decimal"),
    ("satisfaction_rate", 10, "decimal"),
    ("score", 9, "decimal"),
)
TICKET_COLUMNS: Final = (
    ("工单编号", 20),
    ("受理时间", 17),
    ("派单时间", 17),
    ("截止时间", 17),
    ("先行联系", 17),
    ("办结时间", 17),
    ("按期", 6),
    ("回访时间", 17),
    ("接通", 6),
    ("联系", 6),
    ("解决", 10),
    ("满意", 10),
    ("计入", 10),
)
_YES_NO: Final = {True: "是", False: "否", None: ""}
_SOLVED: Final = {"yes": "已解决", "partly": "部分解决", "no": "未解决", None: ""}
_SATISFACTION: Final = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意", None: ""}

Progress = Callable[[int], None]


def write(
    path: Path,
    bulletin: Bulletin,
    facts: Iterable[tuple[str, TicketFact]],
    *,
    zone: ZoneInfo,
    progress: Progress = lambda _rows: None,
) -> int:
    """Write the workbook; returns the number of ticket rows.

    ``facts``: (unit's code, ticket), all tickets of a unit together; ``progress`` is told how many rows stand so far.
    """
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheets = _Sheets(book, bulletin, zone)
        sheets.ranking()
        sheets.totals()
        return sheets.tickets(facts, progress)


class _Sheets:
    """The sheets of one workbook with their formats."""

    def __init__(self, book: Any, bulletin: Bulletin, zone: ZoneInfo) -> None:
        self.book, self.bulletin, self.zone = book, bulletin, zone
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        self.title = book.add_format(base | {"font_size": 18, "bold": True, "align": "center"})
        self.lead = book.add_format(base | {"align": "center", "font_color": "#595959"})
        self.head = book.add_format(base | {"bold": True, "align": "center", "text_wrap": True, "border": 1})
        self.text = book.add_format(base)
        self.wrap = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self.whole = book.add_format(base | {"num_format": "0"})
        self.decimal = book.add_format(base | {"num_format": "0.00"})
        self.link = book.add_format(base | {"font_color": "#0b57d0", "underline": 1})
        self.instant = book.add_format(base | {"num_format": "yyyy-mm-dd hh:mm"})
        self.names = _sheet_names(bulletin.lines)

    def ranking(self) -> None:
        """Title, the table of all units, a chart of the scores and one of the three rates."""
        sheet, bulletin = self.book.add_worksheet(RANKING), self.bulletin
        width = len(COLUMNS) + 1
        sheet.merge_range(0, 0, 0, width, bulletin.title, self.title)
        sheet.merge_range(1, 0, 1, width, f"{bulletin.subtitle} · 数据截至 {bulletin.cut_off}", self.lead)
        sheet.set_row(0, 30)
        for column, (_name, wide, _kind) in enumerate(COLUMNS):
            sheet.set_column(column, column, wide)
        sheet.set_column(len(COLUMNS), width, 18)
        heads = [_head(name) for name, _wide, _kind in COLUMNS] + ["等次", "备注"]
        for row, line in enumerate(bulletin.lines, 3):
            self._line(sheet, row, line)
        last = max(3, 2 + len(bulletin.lines))
        sheet.add_table(
            2,
            0,
            last,
            width,
            {"name": "ranking", "style": "Table Style Light 9", "columns": [{"header": head} for head in heads]},
        )
        sheet.freeze_panes(3, 3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        if bulletin.ranked:
            self._charts(sheet, last + 2)

    def totals(self) -> None:
        """The pooled figures and what a reader must know."""
        sheet, bulletin = self.book.add_worksheet(TOTALS), self.bulletin
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 90)
        for row, (name, value) in enumerate(bulletin.totals.items()):
            sheet.write_string(row, 0, _head(name), self.text)
            kind = self.decimal if "." in value else self.whole
            if value:
                sheet.write_number(row, 1, float(value), kind)
        sentences = (*bulletin.overview, *(f"{name}：{units}" for name, units in bulletin.classes), *bulletin.remarks)
        for row, said in enumerate(sentences, len(bulletin.totals) + 1):
            sheet.write_string(row, 1, said, self.wrap)

    def tickets(self, facts: Iterable[tuple[str, TicketFact]], progress: Progress) -> int:
        """A sheet for each unit that has tickets, in the order of ``facts``."""
        count = 0
        for code, group in groupby(facts, key=lambda pair: pair[0]):
            sheet = self.book.add_worksheet(self.names.get(code, _safe(code)))
            for column, (head, wide) in enumerate(TICKET_COLUMNS):
                sheet.set_column(column, column, wide)
                sheet.write_string(0, column, head, self.head)
            sheet.freeze_panes(1, 1)
            for row, (_code, fact) in enumerate(group, 1):
                self._fact(sheet, row, fact)
                count += 1
            sheet.autofilter(0, 0, row, len(TICKET_COLUMNS) - 1)
            progress(count)
        return count

    def _line(self, sheet: Any, row: int, line: Line) -> None:
        for column, (name, _wide, kind) in enumerate(COLUMNS):
            value = line.cells[name]
            if kind == "link" and line.cells["unit_code"] in self.names and line.cells["received"] != "0":
                target = self.names[line.cells["unit_code"]]
                sheet.write_url(row, column, f"internal:'{target}'!A1", self.link, value)
            elif kind in ("text", "link"):
                sheet.write_string(row, column, value, self.text)
            elif value:
                sheet.write_number(row, column, float(value), self.decimal if kind == "decimal" else self.whole)
        sheet.write_string(row, len(COLUMNS), line.classes, self.text)
        sheet.write_string(row, len(COLUMNS) + 1, line.note, self.text)

    def _charts(self, sheet: Any, row: int) -> None:
        last = 2 + min(CHARTED, len(self.bulletin.ranked))
        score = self.book.add_chart({"type": "column"})
        score.add_series(_series(last, "score", "得分"))
        rates = self.book.add_chart({"type": "line"})
        for name in ("response_rate", "resolution_rate", "satisfaction_rate"):
            rates.add_series(_series(last, name, _head(name)))
        for chart, title in ((score, "综合得分"), (rates, "三率")):
            chart.set_title({"name": f"{title}（前 {last - 2} 名）", "name_font": {"name": FONT, "size": 14}})
            chart.set_size({"width": 1180, "height": 340})
            chart.set_legend({"position": "bottom"} if chart is rates else {"none": True})
            sheet.insert_chart(row, 0, chart)
            row += 18

    def _fact(self, sheet: Any, row: int, fact: TicketFact) -> None:
        cells: tuple[Any, ...] = (
            fact.ticket_no,
            fact.received_at,
            fact.dispatched_at,
            fact.due_at,
            fact.first_contact_at,
            fact.completed_at,
            _YES_NO[fact.is_on_time],
            fact.followed_up_at,
            _YES_NO[fact.reached],
            _YES_NO[fact.contacted],
            _SOLVED[fact.solved],
            _SATISFACTION[fact.satisfaction],
            _counted(fact),
        )
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                local = cell.astimezone(self.zone).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self.instant)
            elif cell:
                sheet.write_string(row, column, cell, self.text)


def _series(last: int, column: str, name: str) -> dict[str, Any]:
    place = [one for one, _wide, _kind in COLUMNS].index(column)
    return {
        "name": name,
        "categories": [RANKING, 3, 2, last, 2],
        "values": [RANKING, 3, place, last, place],
        "gap": 60,
    }


def _counted(fact: TicketFact) -> str:
    if fact.is_excluded:
        return "剔除"
    if fact.is_valid:
        return "有效回访"
    return "待回访" if fact.is_pending else "受理"


def _head(name: str) -> str:
    return COLUMN_WORDS[name] + ("(%)" if name.endswith("_rate") else "")


def _sheet_names(lines: Sequence[Line]) -> dict[str, str]:
    """A name for each unit's sheet, unlike every other whatever the case: two units may be called alike."""
    return {line.cells["unit_code"]: name for line, name in zip(lines, _numbered(lines), strict=True)}


def _numbered(lines: Sequence[Line]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        yield _safe(f"{number}_{line.cells['unit_name']}")


def _safe(name: str) -> str:
    return _NOT_IN_NAMES.sub(" ", name)[:LONGEST_SHEET_NAME].strip() or "_"
