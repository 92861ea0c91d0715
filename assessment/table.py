"""The exchange table (design §9): the same strings as CSV, as JSON and as a table for terminals. Pure."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from assessment.metrics import Rate, half_up
from assessment.rankings import Row

COLUMNS = (
    "rank",
    "unit_code",
    "unit_name",
    "received",
    "valid",
    "contacted",
    "solved",
    "satisfied",
    "basically",
    "excluded",
    "response_rate",
    "resolution_rate",
    "satisfaction_rate",
    "score",
    "class",
    "note",
)
_DECIMALS = 2  # part of the contract (design §9), not of a scheme
_LEFT_ALIGNED = frozenset({"unit_code", "unit_name", "class", "note"})
_GAP = "  "


class Format(StrEnum):
    """Forms of the answer of ``hotline rank``."""

    CSV = "csv"
    JSON = "json"
    TABLE = "table"


def render(rows: Sequence[Row], form: Format | str) -> str:
    """The whole answer, line end included, ready for stdout."""
    return {Format.CSV: to_csv, Format.JSON: to_json, Format.TABLE: to_table}[Format(form)](rows)


def cells(row: Row) -> dict[str, str]:
    """One row as text by column, in the order of ``COLUMNS``; rates in percent, empty = not ranked."""
    counts = row.counts
    values = (
        "" if row.rank is None else str(row.rank),
        row.unit.code,
        row.unit.name,
        str(counts.received),
        str(counts.valid),
        str(counts.contacted),
        str(counts.yes),
        str(counts.satisfied),
        str(counts.basically),
        str(counts.excluded),
        _percent(row.response_rate),
        _percent(row.resolution_rate),
        _percent(row.satisfaction_rate),
        _points(row.score),
        ";".join(row.classes),
        row.note.value if row.note else "",
    )
    return dict(zip(COLUMNS, values, strict=True))


def to_csv(rows: Sequence[Row]) -> str:
    """RFC 4180: header, lines end in CR LF, quotes only where needed. Byte-exact: nothing is neutralised here."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells(row).values() for row in rows)
    return out.getvalue()


def to_json(rows: Sequence[Row]) -> str:
    """A list of objects with the CSV's keys, order and strings."""
    return json.dumps([cells(row) for row in rows], ensure_ascii=False, indent=1) + "\n"


def to_table(rows: Sequence[Row]) -> str:
    """Aligned columns; a Chinese character takes two places."""
    lines = [dict(zip(COLUMNS, COLUMNS, strict=True))]
    lines += [{name: _printable(text) for name, text in cells(row).items()} for row in rows]
    widths = {name: max(_width(line[name]) for line in lines) for name in COLUMNS}
    padded = ((_pad(line[name], widths[name], name) for name in COLUMNS) for line in lines)
    return "".join(_GAP.join(texts).rstrip() + "\n" for texts in padded)


def _percent(of: Rate | None) -> str:
    return "" if of is None else of.percent(_DECIMALS)


def _points(value: Fraction | None) -> str:
    return "" if value is None else half_up(value, _DECIMALS)


def _printable(text: str) -> str:
    """A unit's name may not break lines or drive the terminal."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)


def _width(text: str) -> int:
    return sum(_places(char) for char in text)


def _places(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _pad(text: str, width: int, column: str) -> str:
    blanks = " " * (width - _width(text))
    return text + blanks if column in _LEFT_ALIGNED else blanks + text
