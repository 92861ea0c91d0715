"""A table to take away, as CSV or Excel: plain heads, a last line that says who took it and when, no cell that would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assessment.console.page import Line
from assessment.console.words import CLASS_WORDS, COLUMN_WORDS, NOTE_WORDS, SIGNS
from assessment.rankings import Note
from assessment.table import COLUMNS
from dispatch.kernel.errors import NotFound
from dispatch.kernel.spreadsheets import BYTE_ORDER_MARK, neutral

_MOST_DECIMALS: Final = 6
_NUMBER: Final = re.compile(rf"-?[0-9]{{1,15}}(\.[0-9]{{1,{_MOST_DECIMALS}}})?")
_WIDEST: Final = 40
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31


class Form(StrEnum):
    """What a table may be taken away as."""

    CSV = "csv"
    XLSX = "xlsx"


TYPES: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    """``texts``: how many columns from the left are words, also where they look like numbers (codes, names)."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str]
    texts: int = 2


def form_of(word: str | None) -> Form:
    """The form of an address; CSV where none is named. Raises ``NotFound`` ``ranking.unknown_format``."""
    if (word or Form.CSV) not in set(Form):
        raise NotFound("ranking.unknown_format", "没有这种格式，可用：csv、xlsx。")
    return Form(word or Form.CSV)


def ranking_rows(lines: Iterable[Line], _: Callable[[str], str]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the ranking: the strings of the exchange table, words where it has codes."""
    rows = []
    for line in lines:
        found = dict(line.cells)
        found["class"] = "、".join(_(CLASS_WORDS[name]) for name in line.row.classes)
        found["note"] = _(NOTE_WORDS[Note(found["note"])]) if found["note"] else ""
        rows.append(list(found.values()))
    return [_(COLUMN_WORDS[name]) + SIGNS.get(name, "") for name in COLUMNS], rows


def written(sheet: Sheet, form: Form) -> bytes:
    """The whole file."""
    return _csv(sheet) if form is Form.CSV else _xlsx(sheet)


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in (sheet.heads, *sheet.rows, sheet.foot):
        writer.writerow([neutral(cell) for cell in line])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def _xlsx(sheet: Sheet) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(_NOT_IN_NAMES.sub(" ", sheet.title)[:_LONGEST_NAME].strip() or "_")
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        forms = {places: book.add_format({"num_format": _form(places)}) for places in range(_MOST_DECIMALS + 1)}
        for column, cell in enumerate(sheet.heads):
            page.write_string(0, column, cell, head)
            page.set_column(column, column, _width(cell, [row[column] for row in sheet.rows]))
        for number, row in enumerate((*sheet.rows, sheet.foot), 1):
            for column, cell in enumerate(row):
                if number <= len(sheet.rows) and column >= sheet.texts and _NUMBER.fullmatch(cell):
                    page.write_number(number, column, float(cell), forms[len(cell.partition(".")[2])])
                elif cell:
                    page.write_string(number, column, neutral(cell))
        page.freeze_panes(1, sheet.texts)
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.heads) - 1)
    return out.getvalue()


def _form(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else "0"


def _width(head: str, cells: Sequence[str]) -> int:
    """In characters; a Chinese one takes two."""
    longest = max((sum(2 if ord(char) > 0x2E7F else 1 for char in cell) for cell in (head, *cells)), default=8)
    return min(_WIDEST, longest + 3)
