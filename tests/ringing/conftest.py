"""An operator's desk in the web process, and the process of the ringing desks beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

import wsgi
from dispatch.access.call_events import CallEvent, Told, hear
from dispatch.access.calls import INBOUND
from dispatch.access.rings import CHANNEL
from dispatch.access.vault import Vault
from dispatch.kernel.application import Runtime
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db
from dispatch.ringing.streams import Streams
from dispatch.ringing.views import EXTENSION
from tests.desk.conftest import operator
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine", "operator"]

Tell = Callable[..., None]


def plain_url(config: Config) -> str:
    return str(config.database_url).replace("+psycopg", "")


@pytest.fixture
def tell(desk: Desk) -> Tell:
    """``tell("newCall", "c1", "wang")``: an event of the exchange, in a transaction of its own."""

    def tell(event: str, call_id: str, *users: str, at: datetime | None = None) -> None:
        told = Told(CallEvent(event), call_id, INBOUND, "13900001234", "12345", users)
        desk.run(hear, told, vault=desk.vault, at=at or desk.at)

    return tell


class Ear:
    """What the database tells whoever listens, in order; ``until_now`` waits for nothing but a mark of its own."""

    def __init__(self, connection: psycopg.Connection, other: psycopg.Connection) -> None:
        self._connection, self._other, self._marks = connection, other, 0

    def until_now(self) -> list[str]:
        """All that was told by now: notices come in the order of commits, and the mark is the last."""
        self._marks += 1
        mark = f"mark-{self._marks}"
        self._other.execute("SELECT pg_notify(%s, %s)", (CHANNEL, mark))
        told: list[str] = []
        for notice in self._connection.notifies(timeout=30):
            if notice.payload == mark:
                return told
            told.append(notice.payload)
        pytest.fail("the mark never came")


@pytest.fixture
def ear(config: Config, desk: Desk) -> Iterator[Ear]:
    url = plain_url(config)
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url, autocommit=True) as other:
        connection.execute(f"LISTEN {CHANNEL}")
        yield Ear(connection, other)


@pytest.fixture
def ringing_app(config: Config, desk: Desk) -> Iterator[Flask]:
    """The application of the second process, its clocks at the desk's; it hears, and takes three desks."""
    app = wsgi.create_ringing_app(config)
    clock = FixedClock(desk.at)
    app.extensions["hotline"] = Runtime(config, clock, clock, Vault(config.vault_keys, config.blind_index_keys))
    app.extensions[EXTENSION] = streams = Streams(3)
    streams.hear()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def listener(ringing_app: Flask, operator: FlaskClient) -> FlaskClient:
    """The operator's browser, come to the second process with the cookie of the first."""
    cookie = operator.get_cookie("hotline")
    assert cookie
    client = ringing_app.test_client()
    client.set_cookie("hotline", cookie.value)
    return client
