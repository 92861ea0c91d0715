"""An application of the kernel and the access part alone, on a database of the test's own, with clocks that stand still."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access import services, tokens, views
from dispatch.kernel import health
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


# Stands in for the console's page: what these tests prove is behind the form, not its looks.
LOGIN_PAGE = """<html lang="{{ html_language() }}"><form>
<input name="csrf_token" value="{{ csrf_token() }}"><i id="login-error">{{ error or "" }}</i></form>"""


@pytest.fixture
def app(config: Config, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    tokens.forget()
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "login.html").write_text(LOGIN_PAGE, encoding="utf-8")
    parts = [views.install, health.install]
    app = create_app(config, clock=clock, machine_clock=clock, template_folder=tmp_path, parts=parts)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def account(app: Flask, clock: FixedClock) -> Callable[..., int]:
    """``account("login", "role", …, unit_id=…) -> account_id``."""

    def make(login: str, *roles: str, unit_id: int | None = None) -> int:
        with app.app_context(), transaction() as session:
            return services.create(
                session,
                login=login,
                name="测试",
                password=PASSWORD,
                roles=roles,
                unit_id=unit_id,
                actor="system:test",
                at=clock.now(),
            )

    return make


@pytest.fixture
def sql(app: Flask) -> Callable[..., list[tuple[object, ...]]]:
    """Run one statement and get its rows."""

    def run(statement: str, **values: object) -> list[tuple[object, ...]]:
        with app.app_context(), transaction() as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    return run


def csrf_of(client: FlaskClient) -> str:
    """A CSRF token of this browser, from the log-in page's form."""
    page = client.get("/login").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def log_in() -> Callable[..., int]:
    """``log_in(client, login, password=…, next=…) -> status``, as the form does it."""

    def act(client: FlaskClient, login: str, password: str = PASSWORD, **fields: str) -> int:
        data = {"login": login, "password": password, "csrf_token": csrf_of(client), **fields}
        return client.post("/login", data=data).status_code

    return act
