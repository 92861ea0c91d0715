"""A small city on this test's own database, and a way to import rows into it as the command does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from dispatch.directory.checks import COLUMNS as UNIT_COLUMNS
from dispatch.directory.services import import_units, load_shipped_calendar
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile, Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.config import Config
from dispatch.kernel.db import engine_options
from dispatch.tickets.import_copy import TicketImport, import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.databases import lend_engine
from tests.exchange.tickets_csv import NOW, UNITS, as_csv


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    engine = lend_engine("exchange", str(config.database_url), **engine_options(pool_size=3))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@dataclass
class City:
    """Imports, and looks at what stands in the database."""

    engine: Engine
    rejects: list[Reject] = field(default_factory=list)

    def load(self, *rows: dict[str, str], at: datetime = NOW, **options: Any) -> TicketImport:
        """Import ``rows`` of tickets.csv in a transaction of its own, bad ones skipped and kept in ``rejects``."""
        return self.load_stream(CsvFile(BytesIO(as_csv(*rows)), required=REQUIRED, optional=OPTIONAL), at=at, **options)

    def load_stream(self, rows: Iterable[Row | Reject], *, at: datetime = NOW, **options: Any) -> TicketImport:
        self.rejects.clear()
        with Session(self.engine) as session, session.begin():
            chunks = ReadHere(rows, reference(session), at=at)
            return import_tickets(session, chunks, at=at, refuse=self.rejects.append, **options)

    def all(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def one(self, query: str, **values: Any) -> Any:
        (row,) = self.all(query, **values)
        return row

    def counts(self) -> dict[str, int]:
        """Rows by table, of every table that an import writes."""
        tables = ("ticket", "ticket_number", "text_entry", "event", "seal", "outbox")
        return {table: self.one(f"SELECT count(*) FROM {table}")[0] for table in tables}


@pytest.fixture
def city(engine: Engine) -> City:
    with Session(engine) as session, session.begin():
        load_shipped_calendar(session, at=NOW)
        import_units(session, CsvFile(BytesIO(UNITS), required=UNIT_COLUMNS), at=NOW)
    return City(engine)
