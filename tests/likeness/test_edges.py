"""Repeats at the desk, on a ticket's page and by API: why each is shown, and nobody's identity."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.access.vault import Reporter
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.likeness.test_repeats import RETOLD, STORY
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
OTHER = Reporter("李晓红", "13900139000")
PATH = "/api/v1/suggest/repeats"


@pytest.fixture
def app(config: Config, desk: Desk) -> Flask:
    made = whole_app(config, clock=FixedClock(MONDAY), machine_clock=FixedClock(MONDAY))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def enter(app: Flask, role: str) -> FlaskClient:
    login = role.replace("_", "-")
    who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role]}
    with app.app_context(), transaction() as session:
        access.create(session, actor="system:test", at=MONDAY, **who)
    client = app.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def test_desk_says_why_when_words_are_alike(app: Flask, desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=f"{STORY}我是李晓红，电话13900139000。", reporter=OTHER)
    operator = enter(app, "operator")
    beside = operator.post("/desk/repeats", data={"title": "车库路灯", "text": RETOLD}).text
    assert f'data-join="{older.ticket_no}"' in beside
    assert "内容相似 " in beside
    assert "1 人反映" in beside
    assert "李晓红" not in beside
    assert "13900139000" not in beside
    nothing = operator.post(
        "/desk/repeats", data={"title": "学校门口乱停", "text": "上下学时段家长乱停车辆十分危险"}
    ).text
    assert "没有发现" in nothing


def test_ticket_page_asks_what_it_repeats_when_the_person_may_merge(app: Flask, desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=STORY, reporter=OTHER)
    newer = desk.accept(title="路灯", text=RETOLD)
    operator = enter(app, "operator")
    assert f'hx-get="/tickets/{newer.ticket_no}/repeats"' in operator.get(f"/tickets/{newer.ticket_no}").text
    found = operator.get(f"/tickets/{newer.ticket_no}/repeats").text
    assert older.ticket_no in found
    assert newer.ticket_no not in found
    assert "data-join" not in found
    assert operator.get("/tickets/20261102-9999999/repeats").status_code == 404
    agent = enter(app, "follow_up_agent")
    assert "/repeats" not in agent.get(f"/tickets/{newer.ticket_no}").text
    assert agent.get(f"/tickets/{newer.ticket_no}/repeats").status_code == 403


def token(app: Flask, role: str = "operator") -> dict[str, str]:
    with app.app_context(), transaction() as session:
        who = {"login": "client", "name": "接口", "password": PASSWORD, "roles": [role]}
        access.create(session, actor="system:test", at=MONDAY, **who)
        made = access.issue_token(session, "client", name="t", scopes=["intake"], actor="system:test", at=MONDAY)
    return {"Authorization": f"Bearer {made}"}


def test_api_tells_likeness_and_reason_when_words_and_telephone_are_posted(app: Flask, desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=STORY, reporter=OTHER)
    client, headers = app.test_client(), token(app)
    body: dict[str, Any] = {"title": "路灯", "text": RETOLD, "phone": "139-0013-9000"}
    answer = client.post(PATH, json=body, headers=headers)
    assert answer.status_code == 200
    (found,) = answer.json["items"]
    assert (found["ticket_no"], found["is_own"], found["can_join"]) == (older.ticket_no, True, True)
    assert 60 <= found["likeness"] < 100
    assert answer.json["has_more"] is False
    assert OTHER.phone not in answer.text
    assert "李晓红" not in answer.text
    assert client.post("/api/v1/repeats", json=body, headers=headers).json == answer.json


def test_api_takes_few_words_and_codes_only_when_they_stand_in_the_address(app: Flask, desk: Desk) -> None:
    older = desk.accept(title="柳荫街道车库路灯坏了两个多月没人修", text="晚上漆黑")
    client, headers = app.test_client(), token(app)

    def get(**query: str) -> Any:
        return client.get(PATH, query_string=query, headers=headers)

    words = {"title": "柳荫街道车库路灯坏了两个多月没人修", "text": "晚上漆黑"}
    assert [one["ticket_no"] for one in get(**words).json["items"]] == [older.ticket_no]
    seen = desk.ticket(older.ticket_id)
    if seen.category:
        placed = get(place=seen.place_code or "", category=seen.category).json["items"]
        assert [(one["ticket_no"], one["is_same_matter"], one["likeness"]) for one in placed] == [
            (older.ticket_no, True, 0)
        ]
    assert get().json == {"items": [], "has_more": False}
    assert get(title="请打13900139000").json["code"] == "repeats.personal_in_address"
    assert get(text="路" * 201).status_code == 422
    assert get(phone="13900139000").status_code == 422
    assert get(place="999999", title="路灯").json["code"] == "place.unknown"
    assert client.get(PATH).status_code == 401


BAD = (
    rb'{"title": 3}',
    rb'{"text": "\u0000"}',
    rb'{"text": "\ud800"}',
    rb'{"phone": "x"}',
    '{"place_code": "无"}'.encode(),
    rb'{"who": 1}',
    b"[]",
    b"{",
    b"",
)


def test_api_refuses_when_the_body_is_not_as_described(app: Flask, desk: Desk) -> None:
    client, headers = app.test_client(), token(app) | {"Content-Type": "application/json"}
    answers = {body: client.post(PATH, data=body, headers=headers).status_code for body in BAD}
    assert {body: status for body, status in answers.items() if status not in (400, 422)} == {}
