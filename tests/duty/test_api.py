"""``/api/v1/duty`` for other systems of a unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dispatch.access import permissions, services, tokens
from dispatch.kernel import rate
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import api_app
from tests.duty.conftest import Rota
from tests.town import MONDAY

Call = Callable[..., TestResponse]
SHIFT = {
    "unit_code": "110001",
    "starts_at": "2026-11-03T08:30:00+08:00",
    "ends_at": "2026-11-03T18:00:00+08:00",
    "login": "li",
    "backup_login": "wang",
}


@pytest.fixture
def app(config: Config, rota: Rota) -> Flask:
    tokens.forget()
    rate.forget()
    return api_app(config, clock=FixedClock(MONDAY), machine_clock=FixedClock(MONDAY))


@pytest.fixture
def call(app: Flask, rota: Rota) -> Call:
    """One call as a person, made with their role at their unit where they are new."""
    rota.person("li")
    rota.person("wang")

    def send(
        method: str, path: str, login: str, role: str = "unit_officer", unit: str | None = "110001", /, **sent: object
    ) -> TestResponse:
        rota.person(login, role, unit)
        with app.app_context(), transaction() as session:
            scopes = sorted(permissions.permissions_of([role]))
            token = services.issue_token(session, login, name="t", scopes=scopes, actor="system:test", at=MONDAY)
        headers = {"Authorization": f"Bearer {token}"}
        body = {"json": sent} if sent else {}
        return app.test_client().open(f"/api/v1/duty{path}", method=method, headers=headers, **body)  # type: ignore[arg-type]

    return send


def test_enter_show_and_remove_when_the_head_keeps_the_rota(call: Call) -> None:
    made = call("POST", "/shifts", "head", "unit_head", **SHIFT)
    assert made.status_code == 201, made.text
    assert (made.json["on_duty"]["login"], made.json["backup"]["name"]) == ("li", "测试wang")
    assert made.json["starts_at"] == SHIFT["starts_at"]
    again = call("POST", "/shifts", "head", "unit_head", **SHIFT)
    assert (again.status_code, again.json["code"]) == (409, "duty.overlap")
    shown = call("GET", "/shifts?unit_code=110001", "li").json["items"]
    assert [one["shift_id"] for one in shown] == [made.json["shift_id"]]
    assert call("GET", "/shifts?from=2026-11-04T00:00:00Z", "li").json["items"] == []
    assert call("DELETE", f"/shifts/{made.json['shift_id']}", "head", "unit_head").status_code == 204
    assert call("GET", "/shifts", "li").json["items"] == []


def test_refuse_when_it_is_another_districts_or_no_keeper(call: Call, rota: Rota) -> None:
    shift = rota.enter(rota.new(20, 28, "li"))[0]
    west = ("west", "unit_head", "120001")
    assert call("POST", "/shifts", *west, **SHIFT).status_code == 404
    assert call("DELETE", f"/shifts/{shift.shift_id}", *west).status_code == 404
    assert call("GET", "/shifts?unit_code=110001", *west).status_code == 404
    assert call("GET", "/shifts", *west).json["items"] == []
    assert call("POST", "/shifts", "li", **SHIFT).status_code == 403
    assert call("DELETE", f"/shifts/{shift.shift_id}", "li").status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"login": "nobody"}, "duty.account_unknown"),
        ({"backup_login": "nobody"}, "duty.backup_unknown"),
        ({"backup_login": "li"}, "duty.backup_same"),
        ({"ends_at": SHIFT["starts_at"]}, "duty.span_empty"),
    ],
)
def test_say_why_when_a_shift_cannot_be(call: Call, change: dict[str, str], code: str) -> None:
    refused = call("POST", "/shifts", "head", "unit_head", **(SHIFT | change))
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_hand_over_when_a_shift_runs(call: Call, rota: Rota) -> None:
    rota.desk.later(hours=-2)
    shift = rota.enter(rota.new(-1, 8, "li"))[0]
    path = f"/shifts/{shift.shift_id}"
    assert call("DELETE", path, "head", "unit_head").json["code"] == "duty.shift_begun"
    items = call("POST", f"{path}/hand-over", "head", "unit_head", login="wang").json["items"]
    assert [one["on_duty"]["login"] for one in items] == ["li", "wang"]
    assert items[0]["ends_at"] == items[1]["starts_at"]


def test_list_and_read_when_one_is_called(call: Call, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.called()
    body = call("GET", "/calls", "li").json
    assert body["unread"] == 1
    one = body["items"][0]
    assert one["ticket_no"] == rota.desk.accepted[-1].ticket_no
    assert one["event_type"] == "ticket.dispatched"
    assert "title" not in one
    assert call("GET", "/calls", "wang").json == {"items": [], "unread": 0}
    assert call("POST", f"/calls/{one['call_id']}/read", "wang").status_code == 404
    read = call("POST", f"/calls/{one['call_id']}/read", "li")
    assert (read.status_code, read.json["read_at"] is None) == (200, False)
    assert call("GET", "/calls", "li").json["unread"] == 0
    assert rota.rows()[0].backup_due_at == MONDAY + timedelta(minutes=15)
