"""What a correction changed: two results compared by unit and column. Pure."""

from __future__ import annotations

import csv
import io
from typing import Any

from assessment.table import COLUMNS

Table = dict[str, dict[str, str]]
UNIT = "unit_code"
NOTHING = dict.fromkeys(COLUMNS, "")


def read(result: bytes) -> Table:
    """The rows of a result by unit code, in its order. Raises ``ValueError`` where it is no exchange table."""
    reader = csv.DictReader(io.StringIO(result.decode(), newline=""))
    rows = list(reader)
    if tuple(reader.fieldnames or ()) != COLUMNS or any(None in row or None in row.values() for row in rows):
        raise ValueError("not an exchange table")
    return {row[UNIT]: row for row in rows}


def difference(old: bytes, new: bytes) -> list[dict[str, Any]]:
    """One ``{unit_code, unit_name, column, old, new}`` per cell that differs, in the order of the new table; units that are in
    one table only have every filled cell listed, against the empty text."""
    before, after = read(old), read(new)
    found = []
    for code in (*after, *(code for code in before if code not in after)):
        was, now = before.get(code, NOTHING), after.get(code, NOTHING)
        name = now["unit_name"] or was["unit_name"]
        found += [
            {"unit_code": code, "unit_name": name, "column": column, "old": was[column], "new": now[column]}
            for column in COLUMNS
            if was[column] != now[column]
        ]
    return found
