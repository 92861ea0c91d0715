"""Bearer tokens: what they open, for how long, and what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, jsonify
from sqlalchemy import event

from dispatch.access import policy, services, tokens
from dispatch.kernel.db import db, transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires


@pytest.fixture(autouse=True)
def api_routes(app: Flask) -> None:
    @app.post("/api/v1/accept")
    @requires("ticket.accept")
    def accept() -> object:
        return jsonify(sorted(current_person().permissions))

    @app.post("/api/v1/dispatch")
    @requires("ticket.dispatch")
    def dispatch() -> object:
        return jsonify("dispatched")


@pytest.fixture
def token(app, account, clock) -> str:
    account("op1", "operator")
    with app.app_context(), transaction() as session:
        return services.issue_token(session, "op1", name="测试", scopes=["intake"], actor="system:test", at=clock.now())


def call(client, token: str, path: str = "/api/v1/accept") -> object:
    return client.post(path, headers={"Authorization": f"Bearer {token}"})


def test_call_is_answered_without_csrf_when_token_holds_scope(client, token: str) -> None:
    answer = call(client, token)
    assert answer.status_code == 200
    assert answer.json == ["ticket.accept", "ticket.view"]


def test_call_is_forbidden_when_role_may_but_scope_may_not(client, token: str) -> None:
    answer = call(client, token, "/api/v1/dispatch")
    assert (answer.status_code, answer.json["code"]) == (403, "access.forbidden")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer "}, {"Authorization": "Basic eDp5"}]
)
def test_call_asks_for_log_in_when_token_is_missing_or_wrong(client, header: dict[str, str]) -> None:
    answer = client.post("/api/v1/accept", headers=header)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_call_is_refused_when_token_expired(client, token: str, clock) -> None:
    clock.advance(timedelta(days=policy.TOKEN_DAYS))
    assert call(client, token).status_code == 401


def test_call_is_refused_when_account_is_disabled_and_memory_ended(app, client, token: str, clock, monkeypatch) -> None:
    assert call(client, token).status_code == 200
    with app.app_context(), transaction() as session:
        services.disable(session, "op1", actor="system:test", at=clock.now())
    later = tokens.time.monotonic() + policy.TOKEN_CACHE_SECONDS
    monkeypatch.setattr(tokens.time, "monotonic", lambda: later)
    assert call(client, token).status_code == 401


def test_call_costs_no_query_when_token_was_just_seen(app, client, token: str) -> None:
    call(client, token)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert call(client, token).status_code == 200
    assert statements == []


def test_cookie_needs_csrf_when_it_calls_the_api(client, account, log_in) -> None:
    account("op2", "operator")
    log_in(client, "op2")
    answer = client.post("/api/v1/accept")
    assert (answer.status_code, answer.json["code"]) == (400, "request.csrf")


def test_cookie_is_ignored_when_a_token_is_sent(client, account, log_in, token: str) -> None:
    account("ev1", "evaluator")
    log_in(client, "ev1")
    assert call(client, token).status_code == 200
    assert call(client, "nonsense").status_code == 401


def test_token_is_only_a_digest_when_kept(token: str, sql) -> None:
    assert token not in str(sql("SELECT * FROM api_token"))
    assert token not in str(sql("SELECT * FROM access_log"))


@pytest.mark.parametrize(
    ("scopes", "code"),
    [(["nonsense"], "token.unknown_scope"), ([], "token.no_scope"), (["ranking"], "token.beyond_roles")],
)
def test_token_is_refused_when_scopes_do_not_fit(app, account, clock, scopes: list[str], code: str) -> None:
    account("op3", "operator")
    with app.app_context(), pytest.raises(DomainError) as refused, transaction() as session:
        services.issue_token(session, "op3", name="x", scopes=scopes, actor="system:test", at=clock.now())
    assert refused.value.code == code
