"""The counts of a simulation as rows, as CSV, as JSON and as a table for terminals. Pure."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from dispatch.directory.snapshot import UnitRef
from dispatch.policies.simulation import COUNTS, Counts, Tally

COLUMNS = ("unit_code", "unit_name", *COUNTS)
TOTAL = "合计"
_WORDS = 2  # the first columns are words, the others figures
_GAP = "  "


class Format(StrEnum):
    """Forms of the answer of ``hotline limits simulate``."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Line(NamedTuple):
    """One unit, or all together (``code`` empty)."""

    code: str
    name: str
    counts: Counts

    def cells(self) -> dict[str, str | int]:
        """By column, in their order."""
        figures = {name: int(getattr(self.counts, name)) for name in COUNTS}
        return {"unit_code": self.code, "unit_name": self.name, **figures}


def lines(tally: Tally, units: Mapping[int, UnitRef]) -> list[Line]:
    """The units by code, the total last."""
    found = [Line(units[unit_id].code, units[unit_id].name, counts) for unit_id, counts in tally.units.items()]
    return [*sorted(found), Line("", TOTAL, tally.total)]


def render(rows: Sequence[Line], form: Format | str) -> str:
    """The whole answer, line end included, ready for stdout."""
    cells = [row.cells() for row in rows]
    if Format(form) is Format.JSON:
        return json.dumps(cells, ensure_ascii=False, indent=2) + "\n"
    if Format(form) is Format.CSV:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(cells)
        return out.getvalue()
    return _table([COLUMNS, *([str(value) for value in row.values()] for row in cells)])


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "".join(_GAP.join(_set(cells, widths)).rstrip() + "\n" for cells in rows)


def _set(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    blanks = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return [
        cell + blank if place < _WORDS else blank + cell
        for place, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
