"""The API as wsgi assembles it, over a small town; people of every role with tokens, and a client that speaks JSON."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from dispatch.access import permissions, services, tokens
from dispatch.directory.queries import versions_of
from dispatch.kernel import rate
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from tests.apps import api_app

MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 09:00 in Beijing
PASSWORD = "correct horse battery"
COMPLAINT: dict[str, Any] = {
    "kind": "complaint",
    "channel": "phone",
    "title": "柳荫街道垃圾没人清运",
    "text": "东区柳荫街道柳荫第一社区楼下垃圾堆积三天没人清运",
    "reporter": {"name": "欧阳小明", "phone": "13800138000"},
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def app(in_town: None, config: Config, clock: FixedClock) -> Iterator[Flask]:
    tokens.forget()
    rate.forget()
    app = api_app(config, clock=clock, machine_clock=clock)
    with app.app_context():
        yield app
        db.engine.dispose()


@dataclass
class Town:
    """The application, its people, and what its database holds."""

    app: Flask
    clock: FixedClock
    logins: dict[str, str] = field(default_factory=dict)

    def token(self, role: str, unit_code: str | None = None) -> str:
        """A token of a person with this role at this unit, with all that the role may do."""
        login = f"{role}.{unit_code or 'city'}".lower().replace("_", "-")
        if login not in self.logins:
            with self.app.app_context(), transaction() as session:
                unit_id = versions_of(session, unit_code)[0].unit_id if unit_code else None
                services.create(
                    session,
                    login=login,
                    name="测试",
                    password=PASSWORD,
                    roles=[role],
                    unit_id=unit_id,
                    actor="system:test",
                    at=MONDAY,
                )
                scopes = sorted(permissions.permissions_of([role]))
                self.logins[login] = services.issue_token(
                    session, login, name="测试", scopes=scopes, actor="system:test", at=MONDAY
                )
        return self.logins[login]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "operator",
        unit: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """One call below /api/v1 as a person of ``role``; headers by name with underscores."""
        sent = {"Authorization": f"Bearer {self.token(role, unit)}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body)  # ASCII, so that lone surrogates travel too
        kind = None if body is None else "application/json"
        return self.app.test_client().open(f"/api/v1{path}", method=method, data=data, content_type=kind, headers=sent)

    def take_in(self, body: dict[str, Any] | None = None, *, key: str | None = None, **changes: Any) -> TestResponse:
        """POST /tickets with a key of its own unless given."""
        return self.call(
            "POST", "/tickets", (body or COMPLAINT) | changes, Idempotency_Key=key or secrets.token_hex(16)
        )

    def number(self, **changes: Any) -> str:
        """The number of a new ticket."""
        answer = self.take_in(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json["ticket_no"])

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with self.app.app_context(), transaction() as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def row_counts(self) -> dict[str, int]:
        """How many rows each table holds."""
        return {name: int(str(self.sql(f'SELECT count(*) FROM "{name}"')[0][0])) for name in sorted(db.metadata.tables)}


@pytest.fixture
def town(app: Flask, clock: FixedClock) -> Town:
    return Town(app, clock)


@pytest.fixture
def unchanged(town: Town) -> Callable[[], bool]:
    """Call before and after: whether every table holds as many rows as at the start."""
    for role in ("operator",):
        town.token(role)
    before = town.row_counts()
    return lambda: town.row_counts() == before
