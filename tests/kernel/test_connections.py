"""Connections of the pool: one that the server ended is replaced before anybody uses it, one at rest is not asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from dispatch.kernel.config import Config
from dispatch.kernel.db import engine_options

PID = text("SELECT pg_backend_pid()")
NOTICE = text("DO $$ BEGIN PERFORM pg_notify('hotline_test', 'somebody'); END $$")


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    """An engine with one connection, as every process has them."""
    made = create_engine(str(config.database_url), **engine_options(pool_size=1))
    yield made
    made.dispose()


@pytest.fixture
def other(config: Config) -> Iterator[Engine]:
    """Somebody else on the same server."""
    made = create_engine(str(config.database_url), isolation_level="AUTOCOMMIT")
    yield made
    made.dispose()


def _pid(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(PID).scalar_one())


def test_a_connection_that_the_server_ended_is_replaced(engine: Engine, other: Engine) -> None:
    before = _pid(engine)
    with other.connect() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before}).scalar_one()
    assert _pid(engine) != before


def test_a_connection_at_rest_is_used_without_a_question(engine: Engine, other: Engine) -> None:
    pid = _pid(engine)
    asked = text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
    with other.connect() as watcher:
        before = watcher.execute(asked, {"pid": pid}).scalar_one()
        with engine.connect() as connection:
            assert watcher.execute(asked, {"pid": pid}).scalar_one() == before
            assert connection.execute(PID).scalar_one() == pid


def test_a_connection_with_news_is_asked_and_kept(engine: Engine, other: Engine) -> None:
    with engine.connect() as connection:
        pid = connection.execute(PID).scalar_one()
        connection.execute(text("LISTEN hotline_test"))
        connection.commit()
    with other.connect() as somebody:
        somebody.execute(NOTICE)
    assert _pid(engine) == pid
