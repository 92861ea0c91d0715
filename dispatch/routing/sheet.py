"""A table as a CSV file that people wrote: its rows with their lines, and what is wrong with it as sentences."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from dispatch.kernel.errors import DomainError

LONGEST: Final = 500_000  # bytes; the shipped ones have ten thousand
LONGEST_CELL: Final = 4_000
MOST_NAMED: Final = 10
MOST_FAULTS: Final = 500
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffd]")


class Fault(NamedTuple):
    """What is wrong where. ``line`` of the file as an editor counts it, 0: of no line; ``column``: its heading, empty: the row."""

    line: int
    column: str
    code: str
    message: str

    @property
    def sentence(self) -> str:
        """``第 3 行 parent_code：没有上级分类“99”。``"""
        place = " ".join(part for part in (f"第 {self.line} 行" if self.line else "", self.column) if part)
        return f"{place}：{self.message}" if place else self.message


class SheetRow(NamedTuple):
    """A row of the file: the line on which it begins, and its cells by heading, blanks around them gone."""

    line: int
    cells: Mapping[str, str]


class Columns(NamedTuple):
    """The headings of a kind of file: those it must have, and those it may have besides."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


def version_of(name: str, text: str) -> str:
    """``<name>@<first 12 hex digits of SHA-256>`` of this very text, sound or not."""
    return f"{name}@{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def refuse(name: str, word: str, faults: Sequence[Fault]) -> DomainError:
    """``<name>.unreadable`` with the first faults in its message and all of them as ``problems``."""
    more = f"\n……共 {len(faults)} 处。" if len(faults) > MOST_NAMED else ""
    named = "\n".join(fault.sentence for fault in faults[:MOST_NAMED])
    problems = [fault.sentence for fault in faults[:MOST_FAULTS]]
    return DomainError(f"{name}.unreadable", f"{word}有误：\n{named}{more}", problems=problems)


def read_sheet(text: str, columns: Columns) -> tuple[list[SheetRow], list[Fault]]:
    """The rows, and what is wrong with the file as such; where anything is, there are no rows to go on with."""
    if fault := _unfit(text):
        return [], [fault]
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if faults := _header_faults(header, columns):
            return [], faults
        return _rows(reader, header, columns)
    except csv.Error as error:
        return [], [Fault(reader.line_num, "", "not_csv", f"不是有效的 CSV({str(error)[:80]})。")]


def _unfit(text: str) -> Fault | None:
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return Fault(0, "", "too_large", "文件过大。")
    if found := _UNWRITABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return Fault(line, "", "unwritable", "含有无法保存的字符，请以 UTF-8 编码重新保存。")
    return None


def _header_faults(header: Sequence[str], columns: Columns) -> list[Fault]:
    known = (*columns.needed, *columns.optional)
    found = [Fault(1, name, "missing_column", f"缺少“{name}”列。") for name in columns.needed if name not in header]
    found += [
        Fault(1, name[:40], "unknown_column", f"没有“{name[:40]}”这一列。") for name in header if name not in known
    ]
    twice = dict.fromkeys(name for name in header if name in known and header.count(name) > 1)
    return found + [Fault(1, name, "column_twice", f"“{name}”列重复。") for name in twice]


def _rows(reader: csv.reader, header: Sequence[str], columns: Columns) -> tuple[list[SheetRow], list[Fault]]:  # type: ignore[valid-type]
    rows: list[SheetRow] = []
    faults: list[Fault] = []
    blank = dict.fromkeys(columns.optional, "")
    line = reader.line_num + 1  # type: ignore[attr-defined]
    for cells in reader:  # type: ignore[attr-defined]
        begins, line = line, reader.line_num + 1  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.append(Fault(begins, "", "cell_count", f"应有 {len(header)} 列，实有 {len(cells)} 列。"))
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        faults += [
            Fault(begins, name, "too_long", "内容过长。") for name, cell in row.items() if len(cell) > LONGEST_CELL
        ]
        rows.append(SheetRow(begins, blank | row))
    if not rows and not faults:
        faults.append(Fault(0, "", "empty", "文件中没有内容。"))
    return (rows, faults) if not faults else ([], faults)
