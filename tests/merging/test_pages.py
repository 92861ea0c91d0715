"""Repeats and known incidents as the hotline's people see them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.merging.test_incidents import attach, open_one
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
FORM = {
    "kind": "complaint",
    "channel": "phone",
    "title": "垃圾没人清运",
    "text": "东区柳荫街道柳荫第一社区垃圾没人清运",
}


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


def test_desk_shows_the_same_matter_and_joins_it_when_the_operator_takes_in_a_repeat(app: Flask, desk: Desk) -> None:
    older = desk.accept()
    operator = enter(app, "operator")
    beside = operator.post("/desk/repeats", data=FORM).text
    assert f'data-join="{older.ticket_no}"' in beside
    assert "已派柳荫街道" in beside
    sent = operator.post("/desk", data=FORM | {"key": "a" * 20, "merge_into": older.ticket_no})
    assert sent.status_code == 303
    number = sent.location.rpartition("/")[2]
    assert "已并单" in operator.get(f"/tickets/{number}").text
    assert number in operator.get(f"/tickets/{older.ticket_no}").text
    assert operator.post(f"/tickets/{number}/unmerge").status_code == 303
    assert desk.ticket(older.ticket_id + 1).state == "awaiting_dispatch"


def test_desk_says_why_when_the_ticket_to_join_cannot_be_joined(app: Flask, desk: Desk) -> None:
    answer = enter(app, "operator").post("/desk", data=FORM | {"key": "a" * 20, "merge_into": "20261102-9999999"})
    assert answer.status_code == 404
    assert "没有这张工单" in answer.text


def test_board_takes_callers_and_tells_them_when_an_incident_is_known(app: Flask, desk: Desk) -> None:
    operator = enter(app, "operator")
    made = operator.post("/incidents", data={"title": "柳荫街道停水", "place": "柳荫街道（110001）"})
    assert made.status_code == 303
    assert "柳荫街道停水" in operator.get("/desk").text
    number = made.location.rpartition("/")[2]
    assert operator.post("/desk", data=FORM | {"key": "b" * 20, "incident_id": number}).status_code == 303
    page = operator.get(f"/incidents/{number}").text
    assert re.search(r"<dt>来电</dt><dd>1</dd>", page)
    assert operator.post(f"/incidents/{number}/progress", data={"text": "预计20时恢复"}).status_code == 303
    assert operator.post(f"/incidents/{number}/close", data={"text": " "}).status_code == 422
    assert operator.post(f"/incidents/{number}/close", data={"text": "已恢复供水"}).status_code == 303
    closed = operator.get(f"/incidents/{number}").text
    assert "已恢复供水" in closed
    assert "发布进展" not in closed
    assert "已结束" in operator.get("/incidents").text


def test_board_is_closed_to_those_without_the_permission(app: Flask, desk: Desk) -> None:
    assert enter(app, "evaluator").get("/incidents").status_code == 403
    agent = enter(app, "follow_up_agent")
    assert agent.get("/incidents").status_code == 200
    assert agent.post("/incidents", data={"title": "x"}).status_code == 403


def test_timeline_names_the_incident_when_a_ticket_is_attached_to_it(app: Flask, desk: Desk) -> None:
    incident = open_one(desk, title="柳荫街道停水抢修")
    ticket_id = desk.accept().ticket_id
    attach(desk, ticket_id, incident)
    page = enter(app, "operator").get(f"/tickets/{desk.ticket(ticket_id).ticket_no}").text
    timeline = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    assert "挂到已知事件“柳荫街道停水抢修”" in timeline


def test_page_tells_the_promise_from_the_units_own_limit_when_reassigned(app: Flask, desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.dispute(ticket_id)
    desk.later(days=1).rule(ticket_id, "upheld", "110002")
    ticket = desk.ticket(ticket_id)
    page = enter(app, "operator").get(f"/tickets/{ticket.ticket_no}").text
    promise = page.split("对诉求人承诺的时限</dt>")[1].split("</dd>")[0]
    own = page.split("桥头镇")[-1]
    assert "11-09 09:00" in promise, "set at the first dispatch and never restarted"
    limits = re.findall(r"单位自己的时限[^<]*截止\s*<time[^>]*>([^<]+)<", page)
    assert {limit.strip()[-11:] for limit in limits} == {"11-09 09:00", "11-10 09:00"}, own
