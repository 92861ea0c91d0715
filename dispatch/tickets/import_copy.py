"""Import of history in one transaction: chunks of rows, read and hashed elsewhere, are COPYed as they come (design §9).

Takes no lock that a live intake would meet: ids come from the same sequence, and the sealing lock is held for the last moment only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast

import psycopg
from psycopg import sql
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dispatch.exchange.rejects import Reject
from dispatch.kernel import seals
from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.tickets import history, import_queries, import_reading, import_references
from dispatch.tickets.history import Prepared
from dispatch.tickets.import_batch import Batch
from dispatch.tickets.import_reading import Chunk, Chunks
from dispatch.tickets.models import TicketNumber

IMPORT_LOCK: Final = 12345004
ANALYZE_FROM: Final = 10_000
OTHER_CONTENT: Final = "这个编号已存在，但内容不同"
# By the name of its lines, in the order in which foreign keys want them.
_TABLES: Final = {
    "ticket": ("ticket", history.TICKET_COLUMNS),
    "number": (TicketNumber.__tablename__, history.NUMBER_COLUMNS),
    "texts": (TextEntry.__tablename__, history.TEXT_COLUMNS),
    "event": (Event.__tablename__, history.EVENT_COLUMNS),
    "likeness": ("likeness", history.LIKENESS_COLUMNS),
}


@dataclass(slots=True)
class TicketImport:
    """What an import did so far: tickets added, rows that were there already, bad rows."""

    added: int = 0
    unchanged: int = 0
    bad: int = 0


def import_tickets(
    session: Session,
    chunks: Chunks,
    *,
    at: datetime,
    refuse: Callable[[Reject], None] = lambda _: None,
    progress: Callable[[TicketImport, Chunk], None] = lambda _done, _chunk: None,
) -> TicketImport:
    """Write every sound row of tickets.csv (a ``CsvFile`` of ``REQUIRED`` and ``OPTIONAL``) as one ticket with one event.

    Each fault goes to ``refuse``, in the order of the lines as far as chunks go; ``progress`` is called after each chunk. What
    already stands with the same content is left alone. The edge decides by ``bad`` whether to commit.
    Raises ``import.running`` while another import runs, ``import.reference_missing``, and what reading raises.
    """
    done = TicketImport()
    _begin(session)
    is_told_at_once = import_references.leave_aside(session)
    with TemporaryFile() as leaves:
        ids = _draw_ids(session, import_reading.CHUNK_ROWS)
        chunks.ask(ids)
        while (chunk := chunks.take()) is not None:
            chunks.ask(_draw_ids(session, len(chunk.batch)))
            _write_chunk(session, chunk, leaves, done)
            for reject in sorted(chunk.rejects):
                refuse(reject)
            progress(done, chunk)
        if done.added >= ANALYZE_FROM:
            session.execute(text("ANALYZE (SKIP_LOCKED) ticket, ticket_number"))
        if is_told_at_once:
            import_references.require(session, [table for table, _columns in _TABLES.values()], since=ids[-1])
        _seal(session, leaves, at=at)
    return done


def _begin(session: Session) -> None:
    if not session.scalar(select(func.pg_try_advisory_xact_lock(IMPORT_LOCK))):
        raise Conflict("import.running", "另一个导入正在进行，请等它结束后再试。")
    # A long transaction by design. Without statistics yet, every look-up must still go by its index.
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL enable_seqscan = off"))


def _draw_ids(session: Session, count: int) -> Sequence[int]:
    """Ids from the sequence that live intake draws from, so that neither waits; gaps do not matter."""
    drawn = "SELECT array_agg(nextval('ticket_id_seq')) FROM generate_series(1, :count)"
    return sorted(session.scalar(text(drawn), {"count": count}) or (), reverse=True)


def _write_chunk(session: Session, chunk: Chunk, leaves: IO[bytes], done: TicketImport) -> None:
    done.bad += chunk.bad
    batch = chunk.batch
    if batch.is_plain and not import_queries.is_any_stored(session, batch.numbers):
        _copy_tables(session, batch.lines)
        leaves.write(batch.leaves)
        done.added += len(batch)
        return
    for wave in _waves(batch.rows):
        stored = import_queries.stored(session, [row.facts.ticket_no for row in wave])
        fresh = [row for row in wave if row.facts.ticket_no not in stored] if stored else wave
        repeated = [row for row in wave if row.facts.ticket_no in stored] if stored else []
        changed = [row for row in repeated if not stored[row.facts.ticket_no].says(row.facts)]
        chunk.rejects += [Reject(row.line, "ticket_no", OTHER_CONTENT) for row in changed]
        _copy_tables(session, Batch.of(fresh).lines)
        leaves.write(seals.pack([(row.ticket_id, 1, row.head) for row in fresh]))
        done.added += len(fresh)
        done.bad += len(changed)
        done.unchanged += len(repeated) - len(changed)


def _waves(rows: list[Prepared]) -> Iterator[list[Prepared]]:
    """Rows in lists that hold each number once: the second of a number is judged when the first is written."""
    while rows:
        seen: set[str] = set()
        first: list[Prepared] = []
        later: list[Prepared] = []
        for row in rows:
            (later if row.facts.ticket_no in seen else first).append(row)
            seen.add(row.facts.ticket_no)
        yield first
        rows = later


def _copy_tables(session: Session, lines: Mapping[str, bytes]) -> None:
    for name, (table, columns) in _TABLES.items():
        if lines[name]:
            _copy(session, table, columns, lines[name])


def _copy(session: Session, table: str, columns: Sequence[str], lines: bytes) -> None:
    connection = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(lines)


def _seal(session: Session, leaves: IO[bytes], *, at: datetime) -> None:
    """Seal the new chains; last of all, since whoever seals waits for the lock until the commit."""
    leaves.seek(0)
    while packed := leaves.read(seals.PACKED_LEAF.size * seals.LEAVES_PER_SEAL):
        seals.add_packed(session, packed, at=at)
