"""The ranking as a spreadsheet for people: Chinese heads, a watermark line, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from assessment.console.page import Line
from assessment.console.words import CLASS_WORDS, COLUMN_WORDS, NOTE_WORDS, SIGNS
from assessment.rankings import Note
from assessment.table import COLUMNS

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else
RUNS = ("=", "+", "-", "@", "\t", "\r")
TEXT_MARK = "'"


def sheet(lines: Iterable[Line], watermark: Sequence[str], translate: Callable[[str], str]) -> bytes:
    """CSV in UTF-8 with a mark: heads, one row per unit in the table's order, the watermark as the last line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([translate(COLUMN_WORDS[name]) + SIGNS.get(name, "") for name in COLUMNS])
    for line in lines:
        found = dict(line.cells)
        found["class"] = "、".join(translate(CLASS_WORDS[name]) for name in line.row.classes)
        found["note"] = translate(NOTE_WORDS[Note(found["note"])]) if found["note"] else ""
        writer.writerow([neutral(cell) for cell in found.values()])
    writer.writerow([neutral(cell) for cell in watermark])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def neutral(cell: str) -> str:
    """``cell`` as text where a spreadsheet would take it for a formula (quality.md, Security)."""
    return TEXT_MARK + cell if cell.startswith(RUNS) else cell
