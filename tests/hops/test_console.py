"""Shared work in the console: what helpers see, what they may do, and the table of time per hop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.hops import services
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from tests.apps import whole_app
from tests.town import Desk

PASSWORD = "Shared-work-2026"


@pytest.fixture
def app(config: Config, desk: Desk) -> Iterator[Flask]:
    app = whole_app(config, clock=FixedClock(desk.later(hours=3).at))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def officer(app: Flask, desk: Desk, unit: str, role: str = "unit_officer") -> FlaskClient:
    login = f"officer-{unit}".lower()
    with app.app_context(), transaction() as session:
        access.create(
            session,
            login=login,
            name="测试",
            password=PASSWORD,
            roles=[role],
            unit_id=desk.unit_id(unit),
            actor="system:test",
            at=desk.at,
        )
    client = app.test_client()
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def asked(desk: Desk) -> tuple[int, str]:
    taken = desk.accept()
    desk.acknowledge(taken.ticket_id)
    values = {"reference": desk.reference, "actor": "account:2", "at": desk.at}
    desk.run(services.ask_support, taken.ticket_id, unit_code="E-01", task="核实管线", **values)
    return taken.ticket_id, taken.ticket_no


def test_support_signs_and_reports_on_its_pages_when_asked(app: Flask, desk: Desk) -> None:
    ticket_id, ticket_no = asked(desk)
    client = officer(app, desk, "E-01")
    work = client.get("/work").text
    assert ticket_no in work
    assert "协办与下派" in work
    assert "核实管线" in client.get(f"/tickets/{ticket_no}").text
    assert client.post(f"/tickets/{ticket_no}/support-acknowledge").status_code == 303
    report = client.post(f"/tickets/{ticket_no}/support-report", data={"words": "管线已修复"})
    assert report.status_code == 303
    assert "support.reported" in desk.event_types(ticket_id)
    assert ticket_no not in client.get("/helping").text


def test_lead_is_asked_why_when_it_completes_without_a_support(app: Flask, desk: Desk) -> None:
    ticket_id, ticket_no = asked(desk)
    client = officer(app, desk, "110001")
    assert "不等协办反馈的原因" in client.get(f"/tickets/{ticket_no}").text
    refused = client.post(f"/tickets/{ticket_no}/complete", data={"answer": "已清运"})
    assert "还有协办单位没有反馈" in refused.text
    done = client.post(f"/tickets/{ticket_no}/complete", data={"answer": "已清运", "without_supports": "可随后"})
    assert done.status_code == 303
    assert desk.ticket(ticket_id).state == "completed"


def test_page_tells_time_per_hop_when_read(app: Flask, desk: Desk) -> None:
    _ticket_id, ticket_no = asked(desk)
    page = officer(app, desk, "110001").get(f"/tickets/{ticket_no}").text
    assert "各环节用时" in page
    assert "主办 · 柳荫街道" in page
    assert "协办 · 测试热力集团" in page


def test_ticket_stays_hidden_when_a_unit_only_wants_to_help(app: Flask, desk: Desk) -> None:
    _ticket_id, ticket_no = asked(desk)
    assert officer(app, desk, "E-02").post(f"/tickets/{ticket_no}/support-acknowledge").status_code == 404


def test_forms_of_shared_work_are_offered_when_they_can_be_used(app: Flask, desk: Desk) -> None:
    _ticket_id, ticket_no = asked(desk)
    lead = officer(app, desk, "110001").get(f"/tickets/{ticket_no}").text
    support = officer(app, desk, "E-01").get(f"/tickets/{ticket_no}").text
    assert "verb-pass-on" in lead
    assert "verb-support-release" in lead
    assert "verb-pass-on" not in support
    assert "verb-support-acknowledge" in support
    assert "verb-support-report" not in support
