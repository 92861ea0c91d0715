"""One city with a random history, imported once and copied for each test; the whole application over it; people by role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment import schemes
from assessment.publications import freezing, queries, services
from assessment.publications.models import Publication
from assessment.publications.services import Wanted
from dispatch.access import services as access
from dispatch.directory.checks import COLUMNS as UNIT_COLUMNS
from dispatch.directory.services import import_units, load_shipped_calendar
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.tickets.import_copy import import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.apps import whole_app
from tests.conftest import run_sql
from tests.databases import EMPTY, Shelf
from tests.oracle.histories import random_history

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
TEMPLATE = "template_publications"
PASSWORD = "correct horse battery"
PREPARER, SIGNER, PUBLISHER = "account:901", "account:902", "account:903"


@pytest.fixture(scope="session")
def city_shelf(base_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Databases with the history in them, some of it withdrawn after dispatch, which no exchange file can say."""
    url = make_url(str(base_config.database_url))
    run_sql(url, f'CREATE DATABASE "{TEMPLATE}" TEMPLATE "{EMPTY}"')
    engine = create_engine(url.set(database=TEMPLATE))
    units, tickets = random_history(5).write(tmp_path_factory.mktemp("history"))
    with Session(engine) as session, session.begin(), units.open("rb") as stream:
        load_shipped_calendar(session, at=AT)
        import_units(session, CsvFile(stream, required=UNIT_COLUMNS), at=AT)
    with Session(engine) as session, session.begin(), tickets.open("rb") as stream:
        rows = CsvFile(stream, required=REQUIRED, optional=OPTIONAL)
        import_tickets(session, ReadHere(rows, reference(session, AT), at=AT), at=AT)
        session.execute(text("UPDATE ticket SET withdrawn_at = dispatched_at WHERE ticket_id % 9 = 0"))
    engine.dispose()
    with Shelf(url, TEMPLATE) as shelf:
        yield shelf


@pytest.fixture
def config(base_config: Config, city_shelf: Shelf) -> Iterator[Config]:
    url = city_shelf.take()
    try:
        yield replace(base_config, database_url=url.render_as_string(hide_password=False))
    finally:
        city_shelf.give_back(url)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def app(config: Config, clock: FixedClock) -> Iterator[Flask]:
    app = whole_app(config, clock=clock, machine_clock=clock)
    yield app
    with app.app_context():
        db.engine.dispose()


@dataclass
class Office:
    """Runs verbs, one transaction each, and opens pages as people of any role."""

    app: Flask
    clock: FixedClock
    browsers: dict[tuple[str, str | None, int], FlaskClient] = field(default_factory=dict)

    def run(self, verb: Callable[..., Any], *args: Any, **values: Any) -> Any:
        with self.app.app_context(), transaction() as session:
            return verb(session, *args, **values)

    def work(self, job: Callable[..., Any], *args: Any) -> Any:
        """A job, as a worker runs it: it opens its own transactions."""
        with self.app.app_context():
            return job(*args)

    def sql(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        with self.app.app_context(), transaction() as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def prepare(self, actor: str = PREPARER, **changes: Any) -> Publication:
        asked = {"scheme_text": schemes.builtin_text("beijing"), "period": "2025-10", "group": "township"} | changes
        found: Publication = self.run(services.prepare, Wanted(**asked), zone=ZONE, actor=actor, at=self.clock.now())
        return found

    def freeze(self, **changes: Any) -> Publication:
        begun = self.prepare(**changes)
        found: Publication = self.run(freezing.freeze, begun.publication_id, at=self.clock.now())
        return found

    def publish(self, found: Publication | None = None, **changes: Any) -> Publication:
        """Freeze unless given, sign, publish: three people."""
        frozen = found or self.freeze(**changes)
        at = self.clock.now()
        self.run(services.sign, frozen.publication_id, actor=SIGNER, at=at)
        done: Publication = self.run(services.publish, frozen.publication_id, actor=PUBLISHER, at=at)
        return done

    def correct(self, number: int, reason: str = "申诉成立", **values: Any) -> Publication:
        at = self.clock.now()
        begun = self.run(services.correct, number, reason=reason, actor=PREPARER, at=at, **values)
        found: Publication = self.run(freezing.freeze, begun.publication_id, at=at)
        return found

    def get(self, number: int) -> Publication:
        found: Publication = self.run(queries.publication, number)
        return found

    def browser(self, role: str = "evaluator", unit_code: str | None = None, which: int = 0) -> FlaskClient:
        """A browser logged in as a person of this role; ``which`` tells several apart."""
        key = (role, unit_code, which)
        if key not in self.browsers:
            login = f"{role}-{unit_code or 'city'}-{which}".replace("_", "-").lower()
            with self.app.app_context(), transaction() as session:
                unit_id = (
                    session.scalar(text("SELECT unit_id FROM unit WHERE code = :code"), {"code": unit_code})
                    if unit_code
                    else None
                )
                access.create(
                    session,
                    login=login,
                    name=f"测试{which}",
                    password=PASSWORD,
                    roles=[role],
                    unit_id=unit_id,
                    actor="system:test",
                    at=self.clock.now(),
                )
            client = self.app.test_client()
            token = csrf(client.get("/login").text)
            sent = client.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": token})
            assert sent.status_code == 303
            self.browsers[key] = client
        return self.browsers[key]

    def post(self, browser: FlaskClient, page: str, path: str, **form: str) -> TestResponse:
        """A form of ``page`` sent to ``path``."""
        return browser.post(path, data={"csrf_token": csrf(browser.get(page).text), **form})


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Office:
    return Office(app, clock)
