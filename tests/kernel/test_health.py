"""Alive, ready, which version, and the numbers for Prometheus: also while something is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text

from dispatch.access import services, tokens, views
from dispatch.kernel import health
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.supervision import routes as supervision

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
AWAY = "redis://127.0.0.1:1/0"


def make_app(config: Config) -> Flask:
    tokens.forget()
    clock = FixedClock(NOW)
    parts = [views.install, health.install, supervision.install]
    return create_app(config, clock=clock, machine_clock=clock, parts=parts)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = make_app(config)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_ready_when_database_and_redis_answer(client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")


def test_degraded_but_ready_when_redis_is_away(config) -> None:
    answer = make_app(replace(config, redis_url=AWAY)).test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "degraded", "checks": {"database": "ok", "redis": "away"}}


def test_alive_but_unready_when_database_is_away(config) -> None:
    url = make_url(str(config.database_url)).set(database="nowhere").render_as_string(hide_password=False)
    client = make_app(replace(config, database_url=url)).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["checks"]["database"]) == (503, "away")
    page = client.get("/metrics")
    assert page.status_code == 200
    assert "hotline_database_up 0.0" in page.text


def test_page_says_try_again_when_database_is_away_and_a_cookie_is_sent(config) -> None:
    url = make_url(str(config.database_url)).set(database="nowhere").render_as_string(hide_password=False)
    client = make_app(replace(config, database_url=url)).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "token of better days"
    answer = client.get("/login")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "系统暂不可用" in answer.text


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "not_migrated"),
        ("DROP TABLE alembic_version", "not_migrated"),
    ],
)
def test_unready_when_migrations_are_missing(app, client, change: str, state: str) -> None:
    with app.app_context(), transaction() as session:
        session.execute(text(change))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["database"]) == (503, state)


def test_unready_when_database_takes_no_writes(app, client) -> None:
    with app.app_context(), transaction() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        db.engine.dispose()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["database"]) == (503, "read_only")


def test_version_names_the_commit_when_configured(config) -> None:
    answer = make_app(replace(config, commit="be6dccb")).test_client().get("/version")
    assert answer.get_json()["commit"] == "be6dccb"


def test_metrics_count_what_presses_when_tickets_are_open(app, client) -> None:
    with app.app_context(), transaction() as session:
        add_open_leads(session)
    lines = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#"))
    assert float(lines["hotline_unacknowledged"]) == 2
    assert float(lines["hotline_due_within_1h"]) == 1
    assert float(lines["hotline_overdue"]) == 2
    assert float(lines["hotline_awaiting_dispatch"]) == 1
    assert float(lines["hotline_unsealed_tickets"]) == 5
    assert float(lines["outbox_oldest_age_seconds"]) == 90
    assert "hotline_dispatch_seconds_count" in lines


def add_open_leads(session) -> None:
    """Four open leads (one due within the hour, two overdue), one done, and a ticket that has no unit yet."""
    unit_id = session.scalar(text("INSERT INTO unit (code, kind) VALUES ('U1', 'township') RETURNING unit_id"))
    leads = [("sent", 30), ("sent", -1), ("acknowledged", -60), ("acknowledged", 600), ("completed", -60)]
    for number, (state, minutes) in enumerate(leads, start=1):
        add_ticket(session, number, "dispatched")
        session.execute(
            text(
                "INSERT INTO assignment (ticket_id, number, round, role, unit_id, state, sent_at, due_at, is_due_provisional,"
                " is_designated) VALUES (:ticket_id, 1, 1, 'lead', :unit_id, :state, :at, :due_at, false, false)"
            ),
            {
                "ticket_id": number,
                "unit_id": unit_id,
                "state": state,
                "at": NOW,
                "due_at": NOW + timedelta(minutes=minutes),
            },
        )
    add_ticket(session, 6, "awaiting_dispatch")
    session.execute(text("UPDATE ticket SET sealed_count = event_count WHERE ticket_id = 6"))
    session.execute(
        text("INSERT INTO outbox (consumer, ticket_id, number, created_at, attempts) VALUES ('x', 1, 1, :at, 0)"),
        {"at": NOW - timedelta(seconds=90)},
    )


def add_ticket(session, ticket_id: int, state: str) -> None:
    session.execute(
        text(
            "INSERT INTO ticket (ticket_id, ticket_no, kind, urgency, state, is_imported, is_excluded, is_confidential, round,"
            " assignment_count, received_at, is_due_provisional, returns, redos, changed_at, event_count, head, sealed_count)"
            " VALUES (:ticket_id, :ticket_id, 'help', 'ordinary', :state, false, false, false, 1, 1, :at, false, 0, 0, :at, 1,"
            " '', 0)"
        ),
        {"ticket_id": ticket_id, "state": state, "at": NOW},
    )


@pytest.mark.parametrize(("roles", "scope", "status"), [("system_admin", "metrics", 200), ("operator", "intake", 403)])
def test_metrics_need_a_token_when_asked_from_elsewhere(app, client, roles: str, scope: str, status: int) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=elsewhere).status_code == 401
    with app.app_context(), transaction() as session:
        facts = {"actor": "system:test", "at": NOW}
        services.create(session, login="a1", name="甲", password="correct horse", roles=[roles], **facts)
        token = services.issue_token(session, "a1", name="x", scopes=[scope], **facts)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/metrics", environ_base=elsewhere, headers=headers).status_code == status


def test_metrics_need_a_token_when_a_proxy_on_this_machine_asks(client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
