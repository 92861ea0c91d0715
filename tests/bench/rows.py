"""The rows that an intake writes, taken from real intakes: what the bare view and pgbench write again under new ids."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, select

import dispatch.models
from dispatch.kernel.db import Base, engine_options
from tests.bench.home import Home

# In the order in which an intake writes them.
TABLES = ("ticket", "ticket_number", "voice", "text_entry", "assignment", "event", "outbox", "idempotency_key")
BY_TICKET = TABLES[:-1]
DRAWN_BY_DATABASE = {"outbox": {"outbox_id"}}

Row = dict[str, Any]
Sample = dict[str, list[Row]]

assert dispatch.models  # it maps every table


def table(name: str) -> Table:
    """A mapped table by name."""
    return Base.metadata.tables[name]


def take_samples(home: Home, count: int) -> list[Sample]:
    """The complete rows of ``count`` tickets, evenly spread over those in the database."""
    engine = create_engine(str(home.config.database_url), **engine_options(pool_size=1))
    try:
        with engine.connect() as connection:
            ids = list(connection.scalars(select(table("ticket").c.ticket_id).order_by("ticket_id")))
            if len(ids) < count:
                raise RuntimeError(f"only {len(ids)} tickets to take samples from")
            keys = _rows(connection, select(table("idempotency_key")).order_by("created_at"))
            return [_sample(connection, ids[at], keys[at]) for at in range(0, len(ids), len(ids) // count)][:count]
    finally:
        engine.dispose()


def renumbered(sample: Sample, ticket_id: int, voice_id: int, key_digest: bytes) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of ``sample`` as those of another ticket: new keys, every other value as it was."""
    new = {
        "ticket_id": ticket_id,
        "voice_id": voice_id,
        "ticket_no": f"{ticket_id:016d}",
        "key_digest": key_digest,
    }
    for name, rows in sample.items():
        keys = {column: value for column, value in new.items() if column in rows[0]}
        yield table(name), [{**row, **keys} for row in rows]


def save(samples: list[Sample], path: Path) -> None:
    """For the workers of the bare view."""
    path.write_bytes(pickle.dumps(samples))


def load(path: Path) -> list[Sample]:
    """What :func:`save` wrote."""
    samples: list[Sample] = pickle.loads(path.read_bytes())
    return samples


def _sample(connection: Connection, ticket_id: int, key: Row) -> Sample:
    found: Sample = {}
    for name in BY_TICKET:
        which = table(name)
        rows = _rows(connection, select(which).where(which.c.ticket_id == ticket_id))
        if rows:
            found[name] = [_without(row, DRAWN_BY_DATABASE.get(name, set())) for row in rows]
    return {**found, "idempotency_key": [key]}


def _rows(connection: Connection, statement: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _without(row: Row, columns: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in columns}
