"""The one strict CSV reader: streaming, UTF-8, RFC 4180, exact physical line numbers (design §9)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple

from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import DomainError

# One field may not be longer: bounds memory when a closing quote is missing. Callers set their own, lower limits.
FIELD_LIMIT: Final = 16 * 1024 * 1024
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NUL: Final = "\0"
_CSV_FAULTS: Final = (
    ("unexpected end of data", "引号没有配对，直到文件末尾也没有结束"),
    ("expected after", "引号后面应当是逗号或换行"),
    ("new-line character", "行中夹有单独的回车符(CR)"),
)


class UnreadableFile(DomainError):
    """The file as a whole cannot be read as this table. ``line`` and ``column`` say where."""

    def __init__(self, code: str, message: str, *, line: int = 1, column: str = "") -> None:
        super().__init__(f"exchange.{code}", message, line=line, column=column)
        self.reject = Reject(line, column, message)
        self._name = code

    def __reduce__(self) -> tuple[Any, ...]:
        """It comes whole from the process that reads."""
        again = partial(UnreadableFile, line=self.reject.line, column=self.reject.column)
        return again, (self._name, self.message)


class Row(NamedTuple):
    """One record: the physical line where it begins, and its cells in the order of ``CsvFile.columns``."""

    line: int
    cells: list[str]


class CsvFile:
    """Reads records of a binary stream one by one.

    ``required`` columns must be in the header, ``optional`` ones may; any other name is an error, the order is free. Iterating
    yields a :class:`Row` for a sound record (a missing optional column is ``""``) and a ``Reject`` for one that is not UTF-8, holds
    NUL, is badly quoted or has too few or too many cells. Empty lines are skipped.
    Raises :class:`UnreadableFile` where the header or the whole file is at fault.
    """

    def __init__(self, stream: BinaryIO, *, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        csv.field_size_limit(max(FIELD_LIMIT, csv.field_size_limit()))
        self.columns = (*required, *optional)
        self._stream = stream
        self._suspects: list[Reject] = []
        self._reader = csv.reader(self._lines(), strict=True)
        self._header = self._read_header(required)
        self._order = self._places()

    @property
    def position(self) -> int:
        """How many bytes were read so far."""
        return self._stream.tell()

    def __iter__(self) -> Iterator[Row | Reject]:
        width = len(self._header)
        order = self._order
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._misquoted(line, error)
                continue
            if self._suspects:
                yield self._suspect(line, cells)
            elif len(cells) == width:
                yield Row(line, cells if order is None else [cells[place] if place >= 0 else "" for place in order])
            elif cells:
                yield Reject(line, "", f"应有 {width} 列，实有 {len(cells)} 列")

    def _lines(self) -> Iterator[str]:
        """Physical lines as text. Only LF ends a line here, so that the numbers are those of an editor or ``grep -n``."""
        for raw in chain((self._stream.readline().removeprefix(BYTE_ORDER_MARK),), self._stream):
            try:
                text = raw.decode()
            except UnicodeDecodeError as error:
                line = self._reader.line_num + 1
                self._suspects.append(Reject(line, "", _not_utf_8(line, error.start + 1)))
                text = raw.decode("utf-8", "surrogateescape")
            if _NUL in text:
                self._suspects.append(Reject(self._reader.line_num + 1, "", "含有空字符(NUL)"))
            if text:
                yield text

    def _read_header(self, required: Sequence[str]) -> list[str]:
        try:
            header = next(self._reader)
        except StopIteration:
            raise UnreadableFile("empty", "文件为空，缺少表头") from None
        except csv.Error:
            raise UnreadableFile("header_unreadable", "表头无法读取：引号或换行有误") from None
        if self._suspects:
            raise UnreadableFile("header_not_utf_8", _header_fault(header, self._suspects[0]))
        _check_header(header, required, self.columns)
        return header

    def _places(self) -> list[int] | None:
        """Where each column of ours stands in the file, -1 for an absent one; None where the order is ours already."""
        if tuple(self._header) == self.columns:
            return None
        where = {name: place for place, name in enumerate(self._header)}
        return [where.get(name, -1) for name in self.columns]

    def _suspect(self, line: int, cells: list[str]) -> Reject:
        reason = self._suspects[0].reason
        self._suspects.clear()
        bad = [name for name, cell in zip(self._header, cells, strict=False) if _NUL in cell or _is_broken(cell)]
        return Reject(line, bad[0] if bad else "", reason)

    def _misquoted(self, line: int, error: csv.Error) -> Reject:
        self._suspects.clear()
        words = str(error)
        if "field limit" in words:
            raise UnreadableFile("field_too_long", f"第 {line} 行有一个字段超过 16 MB,可能缺少结束引号", line=line)
        return Reject(line, "", next((reason for part, reason in _CSV_FAULTS if part in words), "不符合 CSV 格式"))


def _check_header(header: Sequence[str], required: Sequence[str], known: Sequence[str]) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in known]
    faults = [("重复的列", repeated), ("缺少列", missing), ("不认识的列", unknown)]
    told = ";".join(f"{what} {'、'.join(_shown(name) for name in names)}" for what, names in faults if names)
    if told:
        first = next(names[0] for _, names in faults if names)
        raise UnreadableFile("header_wrong", f"表头有误：{told}", column=_shown(first))


def _shown(name: str) -> str:
    """A header cell fit for a message: a file without a header has data there."""
    return name if name.isascii() and name.isidentifier() and len(name) <= 40 else "(不是列名)"


def _not_utf_8(line: int, byte: int) -> str:
    return f"第 {line} 行第 {byte} 字节不是 UTF-8 编码(可能是 GBK,请另存为 UTF-8)"


def _header_fault(header: Sequence[str], suspect: Reject) -> str:
    start = "".join(header).encode("utf-8", "surrogateescape")
    if start.startswith(_UTF_16) or b"\0" in start:
        return "文件像是 UTF-16 编码，请另存为 UTF-8"
    return suspect.reason


def _is_broken(cell: str) -> bool:
    """Does the cell hold a byte that was no UTF-8 (kept by ``surrogateescape``)?"""
    return any("\udc80" <= sign <= "\udcff" for sign in cell)
