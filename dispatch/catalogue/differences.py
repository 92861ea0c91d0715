"""What one file says otherwise than another, row by row. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dispatch.catalogue.documents import Document
from dispatch.routing import catalogue, taxonomy
from dispatch.routing.sheet import read_sheet

# By which columns the rows of two files are the same row.
SAME_ROW = {Document.TAXONOMY: ("code",), Document.CATALOGUE: ("category", "area", "kind", "place")}
_COLUMNS = {Document.TAXONOMY: taxonomy.COLUMNS, Document.CATALOGUE: catalogue.COLUMNS}
_Rows = dict[tuple[str, ...], dict[str, str]]


class Difference(NamedTuple):
    """``row``: the (column, value) pairs that name it; a row that one of the files lacks has None there, else what differs."""

    row: tuple[tuple[str, str], ...]
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


def differences(document: Document, before: str, after: str) -> list[Difference]:
    """In the order of the newer file, what it lacks last; of files that cannot be read nothing."""
    had, has = _rows(document, before), _rows(document, after)
    found = []
    for key in [*has, *(key for key in had if key not in has)]:
        old, new = had.get(key), has.get(key)
        if old == new:
            continue
        if old is not None and new is not None:
            changed = [name for name in new if new[name] != old[name]]
            old, new = ({name: row[name] for name in changed} for row in (old, new))
        named = zip(SAME_ROW[document], key, strict=True)
        found.append(Difference(tuple((name, value) for name, value in named if value), old, new))
    return found


def _rows(document: Document, text: str) -> _Rows:
    rows, _faults = read_sheet(text, _COLUMNS[document])
    names = SAME_ROW[document]
    return {
        tuple(row.cells[name] for name in names): {
            name: value for name, value in row.cells.items() if name not in names
        }
        for row in rows
    }
