"""Logging in: who gets in, for how long, and what stops guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from dispatch.access import services
from dispatch.access.views import safe_next
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import public, requires
from tests.access.conftest import PASSWORD, csrf_of


@pytest.fixture(autouse=True)
def private_page(app: Flask) -> None:
    @app.get("/private")
    @requires()
    def private() -> str:
        return current_person().login

    @app.get("/token")
    @public("the form of a page that is logged in")
    def token() -> str:
        return generate_csrf()


def status(client: FlaskClient) -> int:
    return client.get("/private").status_code


def test_log_in_opens_pages_when_password_is_right(client, account, log_in) -> None:
    account("op1", "operator")
    assert status(client) == 303
    assert log_in(client, "op1") == 303
    assert client.get("/private").get_data(as_text=True) == "op1"


def test_log_in_goes_on_to_asked_page_when_it_is_of_this_site(client, account) -> None:
    account("op1", "operator")
    asked = client.get("/private?a=1&b=2")
    assert asked.headers["Location"] == "/login?next=/private%3Fa%3D1%26b%3D2"
    form = {"login": "OP1 ", "password": PASSWORD, "csrf_token": csrf_of(client), "next": "/private?a=1&b=2"}
    assert client.post("/login", data=form).headers["Location"] == "/private?a=1&b=2"


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "", None, "evil"]
)
def test_log_in_stays_here_when_next_leads_elsewhere(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_log_in_says_the_same_when_account_or_password_is_wrong(client, account) -> None:
    account("op1", "operator")
    pages = []
    for login, password in (("op1", "wrong password"), ("nobody", PASSWORD)):
        answer = client.post("/login", data={"login": login, "password": password, "csrf_token": csrf_of(client)})
        assert answer.status_code == 401
        pages.append(answer.get_data(as_text=True).split('id="login-error">')[1].split("<")[0])
    assert pages[0] == pages[1]


def test_log_in_is_refused_when_failed_five_times_until_lock_ends(client, account, log_in, clock: FixedClock) -> None:
    account("op1", "operator")
    assert [log_in(client, "op1", "wrong password") for _ in range(5)] == [401] * 5
    assert log_in(client, "op1") == 401
    clock.advance(timedelta(minutes=15))
    assert log_in(client, "op1") == 303


def test_count_of_failures_starts_anew_when_log_in_holds(client, account, log_in) -> None:
    account("op1", "operator")
    for _ in range(2):
        for _ in range(4):
            log_in(client, "op1", "wrong password")
        assert log_in(client, "op1") == 303
        client.delete_cookie("hotline")


def test_session_ends_when_idle_for_half_an_hour(client, account, log_in, clock: FixedClock) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert status(client) == 200
    clock.advance(timedelta(minutes=30))
    assert status(client) == 303


def test_session_ends_when_twelve_hours_old_though_busy(client, account, log_in, clock: FixedClock) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    for _ in range(35):
        clock.advance(timedelta(minutes=20))
        assert status(client) == 200
    clock.advance(timedelta(minutes=20))
    assert status(client) == 303


def test_session_ends_at_once_when_account_is_disabled(app, client, account, log_in, clock: FixedClock) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    assert status(client) == 200
    with app.app_context(), transaction() as session:
        services.disable(session, "op1", actor="system:test", at=clock.now())
    assert status(client) == 303
    assert log_in(client, "op1") == 401


def test_copied_cookie_is_worthless_when_its_owner_logged_out(app, client, account, log_in) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    thief = app.test_client()
    cookie = client.get_cookie("hotline")
    assert cookie
    thief.set_cookie("hotline", cookie.value)
    assert status(thief) == 200
    assert client.post("/logout", data={"csrf_token": client.get("/token").text}).status_code == 303
    assert status(client) == 303
    assert status(thief) == 303


def test_session_token_is_fresh_when_logging_in_again(client, account, log_in) -> None:
    account("op1", "operator")
    seen = set()
    for _ in range(2):
        log_in(client, "op1")
        with client.session_transaction() as session:
            seen.add(session["_user_id"])
        client.delete_cookie("hotline")
    assert len(seen) == 2


def test_database_holds_no_session_token_when_logged_in(client, account, log_in, sql) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    with client.session_transaction() as session:
        token = session["_user_id"]
    (row,) = sql("SELECT token_digest FROM login_session")
    assert bytes(row[0]) == services.digest(token) != token.encode()


def test_form_is_refused_when_csrf_token_is_missing(client, account) -> None:
    account("op1", "operator")
    answer = client.post("/login", data={"login": "op1", "password": PASSWORD})
    assert answer.status_code == 400
    assert "请刷新页面" in answer.get_data(as_text=True)


def test_cookie_is_bound_when_set(client, account, log_in, config) -> None:
    account("op1", "operator")
    answer = client.post("/login", data={"login": "op1", "password": PASSWORD, "csrf_token": csrf_of(client)})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_access_log_tells_each_try_when_people_log_in(client, account, log_in, sql) -> None:
    account_id = account("op1", "operator")
    log_in(client, "op1", "a wrong password")
    log_in(client, "a-typed-secret", "x" * 12)
    log_in(client, "op1")
    rows = sql("SELECT actor, action, outcome FROM access_log WHERE action = 'login' ORDER BY access_log_id")
    me = f"account:{account_id}"
    assert rows == [(me, "login", "wrong_password"), ("anonymous", "login", "unknown"), (me, "login", "done")]
    assert "a-typed-secret" not in str(sql("SELECT * FROM access_log"))


def test_language_follows_the_person_when_chosen(app, client, account, log_in) -> None:
    account("op1", "operator")
    log_in(client, "op1")
    form = {"language": "en", "csrf_token": client.get("/token").text}
    assert client.post("/language", data=form).status_code == 303
    elsewhere = app.test_client()
    assert 'lang="zh-Hans-CN"' in elsewhere.get("/nowhere").text
    log_in(elsewhere, "op1")
    assert 'lang="en"' in elsewhere.get("/nowhere").text


def test_language_stays_chinese_when_unknown_one_is_asked(client) -> None:
    token = csrf_of(client)
    client.post("/language", data={"language": "xx", "csrf_token": token})
    assert 'lang="zh-Hans-CN"' in client.get("/login").get_data(as_text=True)
