"""A labelled file: ``text,label`` (design §9), each bad row named by line and column."""

from __future__ import annotations

from typing import BinaryIO, Final, NamedTuple

from dispatch.exchange.csvfile import CsvFile
from dispatch.exchange.rejects import Reject
from dispatch.learning.rows import Row

COLUMNS: Final = ("text", "label")
LONGEST_LABEL: Final = 200


class Labelled(NamedTuple):
    """The sound rows with the line of each, and the others."""

    rows: list[Row]
    lines: list[int]
    rejects: list[Reject]


def read(stream: BinaryIO) -> Labelled:
    """Every row; labels stay as they are, to the byte. Raises ``UnreadableFile`` where header or file are at fault."""
    found = Labelled([], [], [])
    for row in CsvFile(stream, required=COLUMNS):
        if isinstance(row, Reject):
            found.rejects.append(row)
            continue
        text, label = row.cells
        if fault := _fault(row.line, text, label):
            found.rejects.append(fault)
        else:
            found.rows.append(Row(text, label))
            found.lines.append(row.line)
    return found


def _fault(line: int, text: str, label: str) -> Reject | None:
    if not text.strip():
        return Reject(line, "text", "没有内容")
    if not label.strip():
        return Reject(line, "label", "没有分类")
    if len(label) > LONGEST_LABEL:
        return Reject(line, "label", f"分类超过 {LONGEST_LABEL} 个字符")
    return None
