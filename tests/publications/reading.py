"""The rows of a published table as its reader sees them."""

from __future__ import annotations

from html.parser import HTMLParser

from assessment.table import COLUMNS


class Cells(HTMLParser):
    """By row: what stands in each cell, the coded value where words stand for it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self._is_in = False
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "table":
            self._is_in = found.get("id") == "published"
        if tag == "tr":
            self._cell = ""
            if self._is_in and "data-unit" in found:
                self.rows.append(dict.fromkeys(COLUMNS, ""))
        elif self._is_in and "data-cell" in found and self.rows:
            name = str(found["data-cell"])
            self._cell = "" if "data-value" in found else name
            self.rows[-1][name] = str(found.get("data-value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._cell = ""
        self._is_in = self._is_in and tag != "table"

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][self._cell] += data.strip().replace("—", "")


def shown(page: str) -> list[dict[str, str]]:
    """The rows of the table ``published`` of a page."""
    parser = Cells()
    parser.feed(page)
    return parser.rows
