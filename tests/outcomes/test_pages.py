"""The queues as their people see them: alerts for supervisors, missed calls for operators, nobody else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services
from dispatch.access.calls import CallFacts, record_call
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.outcomes.models import CallBack
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def site(config: Config, desk: Desk) -> Flask:
    app = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def logged_in(site: Flask, desk: Desk, role: str) -> FlaskClient:
    login = role.replace("_", "-")
    desk.run(
        services.create,
        login=login,
        name="测试",
        password=PASSWORD,
        roles=[role],
        unit_id=None,
        actor="system:test",
        at=MONDAY,
    )
    client = site.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def test_alerts_page_shows_what_nobody_has_seen_when_a_supervisor_opens_it(site: Flask, desk: Desk) -> None:
    number = desk.accept(text="柳荫街道柳荫第一社区再不管就要跳楼").ticket_no
    supervisor = logged_in(site, desk, "city_supervisor")
    page = supervisor.get("/alerts")
    assert (page.status_code, number in page.text, "轻生表述" in page.text) == (200, True, True)
    assert supervisor.post(f"/tickets/{number}/see-alert").status_code == 303
    assert f"/tickets/{number}/see-alert" not in supervisor.get("/alerts").text
    assert logged_in(site, desk, "operator").get("/alerts").status_code == 403


def test_missed_calls_lead_to_the_desk_with_the_call_when_the_caller_is_reached(site: Flask, desk: Desk) -> None:
    facts = CallFacts(number="13900001111", rang_at=MONDAY, ended_at=MONDAY)
    call = desk.run(record_call, "c1", facts, vault=desk.vault)
    operator = logged_in(site, desk, "operator")
    listed = operator.get("/missed-calls").text
    assert ("139****1111" in listed, "13900001111" in listed) == (True, False)
    card = operator.post(f"/missed-calls/{call.call_record_id}/take", follow_redirects=True)
    assert "13900001111" in card.text
    held = desk.run(lambda session: session.query(CallBack).one())
    desk_page = operator.post(f"/call-backs/{held.call_back_id}", data={"outcome": "reached"}, follow_redirects=True)
    assert ("13900001111" in desk_page.text, f'name="call" value="{call.call_record_id}"' in desk_page.text) == (
        True,
        True,
    )
    form = {"key": "k1", "kind": "complaint", "channel": "phone", "title": "垃圾", "text": "柳荫街道垃圾没人清运"}
    assert operator.post("/desk", data=form | {"call": str(call.call_record_id)}).status_code == 303
    assert desk.run(lambda session: session.get_one(type(call), call.call_record_id)).ticket_id is not None
    assert "没有未接来电" in operator.get("/missed-calls").text


def test_ticket_page_offers_the_endings_when_it_waits_and_an_operator_looks(site: Flask, desk: Desk) -> None:
    number = desk.accept(kind="consultation", title="有件事", text="想反映一件事情").ticket_no
    operator = logged_in(site, desk, "operator")
    page = operator.get(f"/tickets/{number}").text
    for verb in ("answer", "decline", "transfer", "invalidate", "withdraw", "ask-supplement"):
        assert f'id="verb-{verb}"' in page
    facts = {"facts": ["address", "time"], "question": "在哪里", "means": "phone"}
    assert operator.post(f"/tickets/{number}/ask-supplement", data=facts).status_code == 303
    assert operator.post(f"/tickets/{number}/give-supplement", data={"text": "3 号楼"}).status_code == 303
    refused = operator.post(f"/tickets/{number}/decline", data={"ground": "beyond_duty"})
    assert (refused.status_code, "请填写告知诉求人的内容" in refused.text) == (422, True)
    assert operator.post(f"/tickets/{number}/decline", data={"ground": "secret"}).status_code == 303
    assert "涉及国家秘密" in operator.get(f"/tickets/{number}").text


def test_desk_ends_the_call_at_once_when_the_operator_answers(site: Flask, desk: Desk) -> None:
    operator = logged_in(site, desk, "operator")
    form = {"key": "k1", "kind": "consultation", "channel": "phone", "title": "社保卡", "text": "怎么补办社保卡"}
    refused = operator.post("/desk", data=form | {"outcome": "answered"})
    assert (refused.status_code, "请填写告知诉求人的内容" in refused.text) == (422, True)
    told = operator.post(
        "/desk", data=form | {"outcome": "answered", "outcome_text": "到社保网点"}, follow_redirects=True
    )
    assert "直接答复" in told.text
    declined = {"key": "k2", "outcome": "declined", "outcome_declined_ground": "legal_path"}
    assert operator.post("/desk", data=form | declined).status_code == 422
    ended = operator.post("/desk", data=form | declined | {"outcome_legal_path": "litigation"}, follow_redirects=True)
    assert "不予派单" in ended.text
