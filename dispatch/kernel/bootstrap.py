"""From an empty HOTLINE_HOME to a database that can be used: services, migrations, shipped data. Quick when all is there."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.orm import Session

from dispatch.kernel.clock import SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import engine_options, migrate, migrations_folder

REVISION_FILE = re.compile(r"(\d{4})_\w+\.py")

# What every database gets, by name, since the kernel imports no domain: functions (session, at) that do nothing twice.
SHIPPED = (
    "dispatch.directory.services:load_shipped_calendar",
    "dispatch.policies.services:load_shipped_policy",
    "dispatch.catalogue.services:load_shipped_catalogue",
    "dispatch.places.words:load_words",
)


def connect(config: Config) -> Config:
    """``config`` with both addresses filled in; starts the embedded services that it leaves unset."""
    if config.database_url and config.redis_url:
        return config
    from dispatch.kernel.services import ensure

    endpoints = ensure(config)
    return replace(config, database_url=endpoints.database_url, redis_url=endpoints.redis_url)


def prepare(config: Config) -> Config:
    """:func:`connect`, then migrate to head and load what every new database gets. Safe when several start at once."""
    connected = connect(config)
    assert connected.database_url
    engine = create_engine(connected.database_url, **engine_options(pool_size=1))
    try:
        if database_revision(engine) != head_revision():
            migrate(connected.database_url)
        _load_shipped(engine)
    finally:
        engine.dispose()
    return connected


def head_revision() -> str:
    """The newest migration, by the number in its file name: no need to import Alembic to know it."""
    found = (REVISION_FILE.fullmatch(path.name) for path in (migrations_folder() / "versions").iterdir())
    return max(match[1] for match in found if match)


def database_revision(engine: Engine) -> str | None:
    """The migration the database is at; None where it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return str(revision) if revision else None


def _load_shipped(engine: Engine) -> None:
    at = SystemClock().now()
    for target in SHIPPED:
        module, _, name = target.partition(":")
        with Session(engine) as session, session.begin():
            getattr(import_module(module), name)(session, at=at)
