"""The small town, files of places for it, and its pages and API with somebody logged in."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.places.checks import COLUMNS, OPTIONAL, REQUIRED
from dispatch.places.services import PlaceImport, import_places
from tests.apps import whole_app
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

PASSWORD = "correct horse battery"
Load = Callable[..., PlaceImport]
Enter = Callable[[str], FlaskClient]


def place_file(*lines: str, header: str = ",".join(COLUMNS)) -> CsvFile:
    content = "".join(f"{line}\n" for line in (header, *lines)).encode()
    return CsvFile(BytesIO(content), required=REQUIRED, optional=OPTIONAL)


@pytest.fixture
def load(desk: Desk) -> Load:
    """Import lines of places.csv (without the header) at the desk's time."""

    def run(*lines: str, **options: Any) -> PlaceImport:
        values = {"source": "places.csv", "actor": "system:test", "at": desk.at} | options
        done: PlaceImport = desk.run(import_places, place_file(*lines), **values)
        return done

    return run


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def app(config: Config, desk: Desk, clock: FixedClock) -> Flask:
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(app: Flask) -> Enter:
    """A browser in which a person of this role is logged in."""

    def come_in(role: str) -> FlaskClient:
        login = role.replace("_", "-")
        with app.app_context(), transaction() as session:
            access.create(
                session, login=login, name="某人", password=PASSWORD, roles=[role], actor="system:test", at=MONDAY
            )
        client = app.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return come_in
