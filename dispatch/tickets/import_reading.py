"""Reads, checks and hashes the rows of an import, a chunk at a time: here, or in a process of its own beside the one that COPYs.

A process and not a thread: reading and writing each keep a core busy, and two threads would hand one interpreter lock to and fro.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from multiprocessing.connection import Connection
from secrets import token_bytes
from typing import Final, Protocol

from dispatch.directory.snapshot import Reference
from dispatch.exchange.csvfile import CsvFile, Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import DomainError
from dispatch.kernel.texts import SALT_BYTES
from dispatch.tickets import history
from dispatch.tickets.history import Historian, Prepared
from dispatch.tickets.import_batch import Batch
from dispatch.tickets.import_rows import RowChecker

CHUNK_ROWS: Final = 5_000
CHUNK_CHARACTERS: Final = 16_000_000
_SALT_BYTES: Final = SALT_BYTES * len(history.WORDS)


@dataclass(slots=True)
class Chunk:
    """Some rows as they came: sound ones ready to write, the faults of the others, and how many bytes of the file were read."""

    batch: Batch
    rejects: list[Reject]
    bad: int
    position: int


class Chunks(Protocol):
    """Where the chunks come from: each is asked for before it is taken."""

    def ask(self, ids: Sequence[int]) -> None:
        """Begin a chunk; ``ids`` are for its tickets, and what it does not need serves the next."""

    def take(self) -> Chunk | None:
        """Wait for the chunk; None at the end. Raises what the rows raise."""


class ReadHere:
    """Cuts rows into chunks when they are taken; touches no database."""

    def __init__(self, rows: Iterable[Row | Reject], reference: Reference, *, at: datetime) -> None:
        self._source = rows
        self._rows = iter(rows)
        self._checker = RowChecker(reference.known, at=at)
        self._historian = Historian(reference, at=at)
        self._ids: list[int] = []

    def ask(self, ids: Sequence[int]) -> None:
        """Put the ids by."""
        self._ids = [*ids, *self._ids]

    def take(self) -> Chunk | None:
        """Read the next chunk."""
        prepared: list[Prepared] = []
        rejects: list[Reject] = []
        salts = BytesIO(token_bytes(_SALT_BYTES * CHUNK_ROWS))
        characters = count = 0
        for row in self._rows:
            count += 1
            found = self._read(row, salts.read(_SALT_BYTES))
            if isinstance(found, list):
                rejects += found
            else:
                prepared.append(found)
                characters += len(found.texts) + len(found.event)
            if count >= CHUNK_ROWS or characters >= CHUNK_CHARACTERS:
                break
        position = self._source.position if isinstance(self._source, CsvFile) else 0
        return Chunk(Batch.of(prepared), rejects, count - len(prepared), position) if count else None

    def _read(self, row: Row | Reject, salts: bytes) -> Prepared | list[Reject]:
        """What is to be written, or every fault of the row."""
        if isinstance(row, Reject):
            return [row]
        facts = self._checker.check(row)
        return facts if isinstance(facts, list) else self._historian.prepare(row.line, facts, self._ids.pop(), salts)


class ReaderEnded(DomainError):
    """The reading process is gone, killed for its memory perhaps; nothing it read late can be trusted to be all."""

    def __init__(self) -> None:
        super().__init__(
            "import.reader_ended", "读取文件的进程意外结束，没有导入任何一行。请检查内存后重试。", status=500
        )


class _ReadBeside:
    """The same chunks from the other process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def ask(self, ids: Sequence[int]) -> None:
        """Let the process begin. Raises :class:`ReaderEnded`."""
        try:
            self._pipe.send(list(ids))
        except OSError:
            raise ReaderEnded from None

    def take(self) -> Chunk | None:
        """Wait for its answer. Raises :class:`ReaderEnded`, and what it raised itself."""
        try:
            found = self._pipe.recv()
        except (EOFError, OSError):
            raise ReaderEnded from None
        if isinstance(found, Exception):
            raise found
        chunk: Chunk | None = found
        return chunk


@contextmanager
def read_beside(here: ReadHere) -> Iterator[Chunks]:
    """Let a forked process do the reading: it inherits the file and the picture of the units instead of being sent them.

    It uses no database, though it inherits that socket too, so it must not outlive us: it ends when our end of the pipe closes, by a
    kill as well. What the rows raise is raised by ``take``; :class:`ReaderEnded` where the process is gone.
    """
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    process = fork.Process(target=_serve, args=(here, ours, theirs), name="import-reader", daemon=True)
    process.start()
    theirs.close()
    try:
        yield _ReadBeside(ours)
    finally:
        ours.close()
        process.join()


def _serve(here: ReadHere, parents: Connection, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is said to both; the parent says what it means
    parents.close()
    try:
        while True:
            here.ask(pipe.recv())
            pipe.send(_outcome(here))
    except (EOFError, OSError):  # nobody asks any more
        return


def _outcome(here: ReadHere) -> Chunk | Exception | None:
    try:
        return here.take()
    except (DomainError, OSError) as error:
        return error
