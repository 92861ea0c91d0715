"""``hotline desks``: the same answers from an event loop, and everything else from the application as it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from dispatch.unchanged import proving
from dispatch.unchanged.open_desks import OpenDesks
from dispatch.unchanged.proving import Prover
from tests.desk.test_unchanged import HTMX, Officers
from tests.town import Desk

Answer = tuple[int, dict[str, str], bytes]
T = TypeVar("T")


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: the browser tests leave this one with a loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def answer_of(app: OpenDesks, address: str, headers: Iterable[tuple[str, str]], method: str = "GET") -> Answer:
    """What the loop sends for one question."""
    path, _, query = address.partition("?")
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 40_000),
        "server": ("localhost", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(one["body"] for one in sent[1:])


def asked(app: OpenDesks, address: str, *headers: tuple[str, str], method: str = "GET") -> tuple[int, bool]:
    """(status, whether the loop said it)."""
    before = proving.ANSWERS._value.get()
    answer = in_a_loop(answer_of(app, address, [*HTMX.items(), *headers], method))
    return answer[0], proving.ANSWERS._value.get() > before


def cookie_of(client: FlaskClient) -> tuple[str, str]:
    """The header of a browser with this session."""
    found = client.get_cookie("hotline")
    assert found
    return "Cookie", f"hotline={found.value}"


@pytest.fixture
def officers(config: Any, desk: Desk) -> Officers:
    desk.accept(title="柳荫的一件")
    return Officers(config, desk)


@pytest.fixture
def desks(officers: Officers) -> OpenDesks:
    return OpenDesks(officers.app)


def test_tell_nothing_from_the_loop_and_what_changed_from_the_application(
    desks: OpenDesks, officers: Officers, desk: Desk
) -> None:
    client, address = officers.log_in("liu", "110001")
    cookie = cookie_of(client)
    assert asked(desks, address, cookie) == (204, True)
    assert asked(desks, address, cookie, ("Authorization", "Bearer nobody")) == (401, False)
    assert asked(desks, address, cookie, cookie)[1] is False, "two sessions are none"
    assert asked(desks, address, cookie, method="HEAD")[1] is False
    assert asked(desks, address, ("Cookie", "hotline=made.up"))[1] is False
    assert asked(desks, address.replace("since=", "since=1&since="), cookie)[1] is False
    desk.accept(title="柳荫的又一件")
    status, _headers, body = in_a_loop(answer_of(desks, address, [*HTMX.items(), cookie]))
    assert status == 200
    assert "柳荫的又一件" in body.decode()


def test_carry_the_headers_of_every_answer(desks: OpenDesks, officers: Officers) -> None:
    client, address = officers.log_in("liu", "110001")
    _status, from_loop, body = in_a_loop(answer_of(desks, address, [*HTMX.items(), cookie_of(client)]))
    from_application = {name.lower(): value for name, value in client.get(address, headers=HTMX).headers.items()}
    assert body == b""
    assert from_loop.items() <= from_application.items()
    assert {"content-security-policy", "x-content-type-options", "cache-control"} <= from_loop.keys()


def test_say_no_more_when_the_session_has_ended(desks: OpenDesks, officers: Officers) -> None:
    client, address = officers.log_in("liu", "110001")
    cookie = cookie_of(client)
    assert asked(desks, address, cookie) == (204, True)
    assert client.post("/logout").status_code == 303
    status, is_loop = asked(desks, address, cookie)
    assert (status in {200, 204}, is_loop) == (False, False)


def test_take_one_look_for_all_who_wait(desks: OpenDesks, officers: Officers, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = officers.log_in("liu", "110001")
    looks, look = [], Prover.standing

    def counted(prover: Prover) -> Any:
        looks.append(prover)
        return look(prover)

    monkeypatch.setattr(Prover, "standing", counted)
    monkeypatch.setattr(Prover, "last", lambda _prover: None)
    headers = [*HTMX.items(), cookie_of(client)]

    async def together() -> list[Answer]:
        return await asyncio.gather(*(answer_of(desks, address, headers) for _ in range(50)))

    assert {status for status, _, _ in in_a_loop(together())} == {204}
    assert len(looks) == 1


def test_leave_it_to_the_application_when_the_database_is_away(
    desks: OpenDesks, officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = officers.log_in("liu", "110001")

    def away(_prover: Prover) -> Any:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(Prover, "standing", away)
    assert asked(desks, address, cookie_of(client)) == (204, False), "the view's own word"


def test_pass_on_what_the_proxy_says_and_no_header_that_looks_like_it() -> None:
    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()]

    prover = SimpleNamespace(headers=[], asking=lambda _question: None)
    app: Any = SimpleNamespace(wsgi_app=echo, extensions={proving.PROVER: prover})
    headers = [("X-Forwarded-For", "10.0.0.7"), ("X_Forwarded_For", "10.0.0.8"), ("Content_Length", "5")]
    status, _headers, body = in_a_loop(answer_of(OpenDesks(app), "/work?a=%E6%9F%B3", headers))
    told = json.loads(body)
    assert status == 200
    assert told["HTTP_X_FORWARDED_FOR"] == "10.0.0.7"
    assert told["QUERY_STRING"] == "a=%E6%9F%B3"
    assert "CONTENT_LENGTH" not in told
