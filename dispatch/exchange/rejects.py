"""What an import refuses: line, column and reason, never a value, since values may be personal data."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TextIO

HEADER = ("line", "column", "reason")


class Reject(NamedTuple):
    """One fault: physical line (from 1) where the row begins, column name (empty = whole row), reason in Chinese."""

    line: int
    column: str
    reason: str


def rejects_path(source: Path) -> Path:
    """``units.csv`` → ``units.csv.rejects.csv`` beside it."""
    return source.with_name(source.name + ".rejects.csv")


class RejectsFile:
    """Writes ``F.rejects.csv`` while the import runs; without a reject there is no such file, an old one included.

    Raises OSError where the folder cannot be written.
    """

    def __init__(self, source: Path) -> None:
        self.path = rejects_path(source)
        self.count = 0
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        return self

    def add(self, reject: Reject) -> None:
        """Write one fault."""
        if self._stream is None:
            self._stream = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._stream).writerow(HEADER)
        csv.writer(self._stream).writerow(reject)
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
