"""A HOTLINE_HOME for one measurement: embedded services in the temp dir, gone afterwards whatever happens."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from dispatch.kernel import bootstrap, services
from dispatch.kernel.config import Config


@dataclass(frozen=True)
class Home:
    """The folder, the environment that points every command at it, and the configuration with its addresses."""

    folder: Path
    environment: dict[str, str]
    config: Config

    @property
    def conninfo(self) -> str:
        """The database as libpq names it."""
        url = make_url(str(self.config.database_url))
        return f"host={url.query['host']} port={url.query['port']} user={url.username} dbname={url.database}"

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A bare connection, every statement its own transaction."""
        return psycopg.connect(self.conninfo, autocommit=True)


@contextmanager
def temporary_home() -> Iterator[Home]:
    """Services started, migrated, calendar loaded; stopped and removed at the end, also on Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    # Addresses of the caller's own system must not leak in: a bench writes millions of rows.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    environment = {**kept, "HOTLINE_HOME": str(folder)}
    try:
        config = bootstrap.prepare(Config.from_environment(environment))
        yield Home(folder, environment, config)
    finally:
        services.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
