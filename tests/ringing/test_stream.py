"""The stream of a desk: for whom, what it says, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.access.rings import desk_of
from dispatch.kernel.application import Runtime
from dispatch.ringing.streams import MOST_PER_DESK, Streams
from dispatch.ringing.views import ASK, BEAT, BYE, EXTENSION, PATH, STILL_HERE
from tests.town import Desk


def words(client: FlaskClient, **headers: str) -> Iterator[str]:
    answer = client.get(PATH, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    return (part.decode() for part in answer.iter_encoded())


def streams(app: Flask) -> Streams:
    found: Streams = app.extensions[EXTENSION]
    return found


def test_ask_at_once_and_whenever_its_own_desk_is_woken(listener: FlaskClient, ringing_app: Flask) -> None:
    ringing_app.config[BEAT] = 60.0
    said = words(listener)
    assert next(said) == ASK
    streams(ringing_app).wake(desk_of("wang"))
    assert next(said) == ASK
    ringing_app.config[BEAT] = 0.0
    other = words(listener)
    next(other)
    streams(ringing_app).wake(desk_of("li"))
    assert next(other) == STILL_HERE, "somebody else's call wakes nobody"


def test_end_with_the_session_when_the_person_logs_out(
    listener: FlaskClient, ringing_app: Flask, operator: FlaskClient
) -> None:
    ringing_app.config[BEAT] = 0.0
    said = words(listener)
    assert (next(said), next(said)) == (ASK, STILL_HERE)
    assert operator.post("/logout").status_code == 303
    assert list(said) == []


def test_end_when_the_account_is_disabled(listener: FlaskClient, ringing_app: Flask, desk: Desk) -> None:
    ringing_app.config[BEAT] = 0.0
    said = words(listener)
    next(said)
    desk.run(access.disable, "wang", actor="system:test", at=desk.at)
    assert list(said) == []


def test_end_when_the_permission_is_lost(listener: FlaskClient, ringing_app: Flask, desk: Desk) -> None:
    ringing_app.config[BEAT] = 0.0
    said = words(listener)
    next(said)
    desk.run(access.set_roles, "wang", ["follow_up_agent"], actor="system:test", at=desk.at)
    assert list(said) == []


def test_be_for_operators_of_the_second_process_alone(
    listener: FlaskClient, ringing_app: Flask, operator: FlaskClient
) -> None:
    assert operator.get(PATH).status_code == 204, "the web process keeps no thread for it"
    assert ringing_app.test_client().get(PATH).status_code == 303
    assert listener.get("/desk").status_code == 404, "it has no other page"
    assert listener.get("/healthz").status_code == 200


def test_refuse_the_desk_that_is_one_too_many_and_all_when_nothing_is_heard(
    listener: FlaskClient, ringing_app: Flask
) -> None:
    for login in ("li", "zhao", "qian"):
        assert streams(ringing_app).open(desk_of(login))
    assert listener.get(PATH).status_code == 503
    ringing_app.extensions[EXTENSION] = Streams(3)
    assert listener.get(PATH).status_code == 503, "no promise while the database is not heard"


def test_say_goodbye_when_the_process_ends_or_the_desk_has_too_many_windows(
    listener: FlaskClient, ringing_app: Flask
) -> None:
    ringing_app.extensions[EXTENSION] = one = Streams(100)
    one.hear()
    said = [words(listener) for _window in range(MOST_PER_DESK + 1)]
    assert [next(one) for one in said] == [ASK] * len(said)
    assert list(said[0]) == [BYE], "the oldest makes room"
    one.hear_nothing()
    assert [list(rest) for rest in said[1:]] == [[BYE]] * MOST_PER_DESK


@pytest.mark.parametrize(
    ("public_url", "console"),
    [(None, "http://127.0.0.1:12345"), ("https://12345.example/welcome", "https://12345.example")],
)
def test_give_the_stream_to_pages_of_the_console_alone(
    listener: FlaskClient, ringing_app: Flask, public_url: str | None, console: str
) -> None:
    here: Runtime = ringing_app.extensions["hotline"]
    ringing_app.extensions["hotline"] = replace(here, config=replace(here.config, public_url=public_url))
    answer = listener.get(PATH, headers={"Origin": console})
    assert answer.headers["Access-Control-Allow-Origin"] == console
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    refused = listener.get(PATH, headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_name_the_second_process_in_the_policy_of_the_desk_alone(operator: FlaskClient) -> None:
    app = operator.application
    here: Runtime = app.extensions["hotline"]
    assert "connect-src 'self';" in operator.get("/desk").headers["Content-Security-Policy"]
    app.extensions["hotline"] = replace(here, config=replace(here.config, ringing_url="https://ring.example:8443"))
    page = operator.get("/desk")
    assert "connect-src 'self' https://ring.example:8443;" in page.headers["Content-Security-Policy"]
    assert 'data-ringing="https://ring.example:8443/desk/ringing"' in page.text
    assert "ring.example" not in operator.get("/account").headers["Content-Security-Policy"]
