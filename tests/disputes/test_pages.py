"""The pages of disputes: each role finds its own, decides there, and sees why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.disputes import queries
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
CONSULT = {"units": ["桥头镇（110002）", "测试热力集团（E-01）", "", ""], "question": "管井由谁维护？", "until": ""}

Enter = Callable[..., FlaskClient]


@pytest.fixture
def pages(config: Config, desk: Desk) -> Flask:
    clock = FixedClock(MONDAY + timedelta(minutes=5))
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(pages: Flask, desk: Desk) -> Enter:
    """A browser in which a person of this role (and unit) is logged in."""

    def come_in(role: str, unit: str | None = None) -> FlaskClient:
        values: dict[str, Any] = {"unit_id": desk.unit_id(unit) if unit else None}
        login = f"{role}.{unit or 'city'}".lower().replace("_", "-")
        with pages.app_context(), transaction() as session:
            access.create(
                session,
                login=login,
                name="某人",
                password=PASSWORD,
                roles=[role],
                actor="system:test",
                at=MONDAY,
                **values,
            )
        client = pages.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return come_in


def disputed(desk: Desk) -> str:
    accepted = desk.accept()
    desk.dispute(accepted.ticket_id)
    return str(accepted.ticket_no)


def test_consult_answer_and_rule_when_each_uses_their_page(enter: Enter, desk: Desk) -> None:
    number = disputed(desk)
    adjudicator, asked = enter("adjudicator"), enter("unit_officer", "110002")
    assert asked.get(f"/consultations/{number}").status_code == 404, "not asked yet"
    assert adjudicator.post(f"/disputes/{number}/consult", data=CONSULT).status_code == 303
    assert number in asked.get("/consultations").text
    page = asked.get(f"/consultations/{number}").text
    assert "管井由谁维护？" in page
    assert "垃圾堆积三天" in page
    answer = {"stance": "mine", "words": "由我镇主办"}
    assert asked.post(f"/consultations/{number}", data=answer).status_code == 303
    assert asked.get(f"/tickets/{number}").status_code == 404, "the ticket itself is not theirs"
    assert adjudicator.post(f"/disputes/{number}/remark", data={"words": "收到"}).status_code == 303
    form = adjudicator.get(f"/disputes/{number}").text
    assert "由我镇主办" in form
    assert "可由本单位主办" in form
    ruling: dict[str, Any] = {"ruling": "designated", "unit": "桥头镇（110002）", "reason": "会商一致"}
    ruling |= {"supports": ["测试热力集团（E-01）", ""], "proposes": "true"}
    assert adjudicator.post(f"/disputes/{number}", data=ruling).status_code == 303
    assert asked.get(f"/tickets/{number}").status_code == 200
    assert enter("unit_officer", "E-01").get(f"/tickets/{number}").status_code == 200, "it supports now"
    assert "指定办理" in asked.get(f"/consultations/{number}").text


def test_show_the_reason_and_keep_what_was_typed_when_a_consultation_is_refused(enter: Enter, desk: Desk) -> None:
    number = disputed(desk)
    adjudicator = enter("adjudicator")
    late = adjudicator.post(f"/disputes/{number}/consult", data=CONSULT | {"until": "2026-12-01T09:00"})
    assert late.status_code == 422
    assert "会商截止时间须晚于现在，且不晚于裁定时限。" in late.text
    assert "桥头镇（110002）" in late.text
    adjudicator.post(f"/disputes/{number}/consult", data=CONSULT)
    silent = enter("unit_officer", "110002").post(f"/consultations/{number}", data={"words": "意见"})
    assert silent.status_code == 422
    assert "请选择本单位的意见。" in silent.text


def test_precedent_stands_beside_the_next_dispute_when_its_proposal_was_accepted(enter: Enter, desk: Desk) -> None:
    first = disputed(desk)
    adjudicator, supervisor = enter("adjudicator"), enter("city_supervisor")
    ruling = {"ruling": "upheld", "unit": "110002", "reason": "属桥头镇管理", "proposes": "true"}
    assert adjudicator.post(f"/disputes/{first}", data=ruling).status_code == 303
    assert first in supervisor.get("/catalogue-proposals").text
    made = desk.run(queries.proposals)[0][0]
    assert adjudicator.post(f"/catalogue-proposals/{made.proposal_id}").status_code == 403
    decided = supervisor.post(f"/catalogue-proposals/{made.proposal_id}", data={"is_accepted": "true"})
    assert decided.status_code == 303
    assert "已采纳" in supervisor.get("/catalogue-proposals").text
    beside = adjudicator.get(f"/disputes/{disputed(desk)}").text
    for words in ("先例", first, "属桥头镇管理", "派单目录", "同一地点"):
        assert words in beside


def test_accuracy_and_premature_completions_are_shown_when_supervisors_look(enter: Enter, desk: Desk) -> None:
    accepted = desk.accept()
    desk.acknowledge(accepted.ticket_id)
    desk.complete(accepted.ticket_id, answer="已办")
    supervisor = enter("city_supervisor")
    figures = supervisor.get("/dispatch-accuracy?from=2026-11-01&to=2026-11-30")
    assert figures.status_code == 200
    assert "100.00%" in figures.text
    assert supervisor.get("/dispatch-accuracy?from=perhaps&to=").status_code == 200
    listed = supervisor.get("/premature-completions").text
    assert accepted.ticket_no in listed
    assert "签收后即办结" in listed
    page = supervisor.get(f"/tickets/{accepted.ticket_no}").text
    assert "答复过短" in page
    assert accepted.ticket_no not in enter("district_supervisor", "120").get("/premature-completions").text
    assert enter("unit_officer", "110001").get("/premature-completions").status_code == 403


def test_notes_links_and_corrections_are_made_on_the_page_when_offered(enter: Enter, desk: Desk) -> None:
    one, other = desk.accept(), desk.accept()
    operator, officer = enter("operator"), enter("unit_officer", "110001")
    url = f"/tickets/{one.ticket_no}"
    assert operator.post(f"{url}/note", data={"words": "已电话核实"}).status_code == 303
    assert officer.post(f"{url}/note", data={"words": "产权待查"}).status_code == 303
    assert operator.post(f"{url}/link", data={"other_no": other.ticket_no, "kind": "related"}).status_code == 303
    assert operator.post(f"{url}/correct", data={"kind": "help", "reason": "实为求助"}).status_code == 303
    mine, theirs = officer.get(url).text, operator.get(url).text
    assert "产权待查" in mine
    assert "已电话核实" not in mine
    assert "已电话核实" in theirs
    assert "产权待查" in theirs
    assert f"/tickets/{other.ticket_no}" in mine
    assert "类型由投诉更正为求助" in mine
    assert f"/tickets/{one.ticket_no}" in officer.get(f"/tickets/{other.ticket_no}").text
    empty = operator.post(f"{url}/correct", data={"reason": "无"})
    assert empty.status_code == 422
    assert "请至少更正一项：分类、地点或类型。" in empty.text


def test_precedent_is_shown_to_the_dispatcher_when_silence_returned_the_like(enter: Enter, desk: Desk) -> None:
    first, second = disputed(desk), disputed(desk)
    ruling = {"ruling": "upheld", "unit": "110002", "reason": "属桥头镇管理"}
    assert enter("adjudicator").post(f"/disputes/{first}", data=ruling).status_code == 303
    desk.later(days=3).sweep()
    page = enter("operator").get("/dispatching").text
    assert second in page
    assert "属桥头镇管理" in page
