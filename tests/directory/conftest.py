"""A session on this test's own database, and small units.csv files to load into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dispatch.directory.checks import COLUMNS
from dispatch.directory.services import UnitImport, import_units
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.config import Config
from dispatch.kernel.db import engine_options
from tests.databases import lend_engine

HEADER = ",".join(COLUMNS) + "\n"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
Load = Callable[..., UnitImport]


@pytest.fixture
def session(config: Config) -> Iterator[Session]:
    engine = lend_engine("directory", str(config.database_url), **engine_options(pool_size=1))
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def load(session: Session) -> Load:
    """Import lines of units.csv (without the header) at NOW or at ``at``."""

    def run(*lines: str, at: datetime = NOW, **options: Any) -> UnitImport:
        stream = BytesIO((HEADER + "".join(f"{line}\n" for line in lines)).encode())
        return import_units(session, CsvFile(stream, required=COLUMNS), at=at, **options)

    return run
