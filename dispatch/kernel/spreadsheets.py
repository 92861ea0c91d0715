"""What a spreadsheet makes of a text file, and how to keep it from that (quality.md, Security)."""

from __future__ import annotations

from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_TEXT_MARK: Final = "'"


def neutral(cell: str) -> str:
    """``cell`` as text where a spreadsheet would take it for a formula."""
    return _TEXT_MARK + cell if cell.startswith(_RUNS) else cell
