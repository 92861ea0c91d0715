"""The rota as a head, an officer on duty and a supervisor see it; the ticket's page reads what called to it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from dispatch.duty.models import DutyShift
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db
from tests.apps import whole_app
from tests.duty.conftest import PASSWORD, Rota
from tests.town import MONDAY

WEEK = {"unit_code": "", "first_day": "2026-11-02", "days": "7", "changes": "18:00，08:30", "people": "li wang\nwang\n"}
Enter = Callable[..., FlaskClient]


@pytest.fixture
def app(config: Config, rota: Rota) -> Flask:
    made = whole_app(config, clock=FixedClock(MONDAY + timedelta(minutes=7)), machine_clock=FixedClock(MONDAY))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(app: Flask, rota: Rota) -> Enter:
    def log_in(login: str, role: str = "unit_officer", unit: str | None = "110001") -> FlaskClient:
        rota.person(login, role, unit)
        client = app.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return log_in


def shifts(rota: Rota) -> list[DutyShift]:
    return list(rota.desk.run(lambda session: session.scalars(select(DutyShift).order_by(DutyShift.starts_at)).all()))


def test_enter_a_week_when_the_head_types_it(enter: Enter, rota: Rota) -> None:
    rota.person("li")
    rota.person("wang")
    head = enter("head", "unit_head")
    assert "还没有排班" in head.get("/duty").text
    assert head.post("/duty", data=WEEK).status_code == 303
    made = shifts(rota)
    assert len(made) == 14
    assert {one.unit_id for one in made} == {rota.desk.unit_id("110001")}
    page = head.get("/duty").text
    assert "已登记 14 个班次" in page
    assert page.count("测试li") > 7
    again = head.post("/duty", data=WEEK)
    assert again.status_code == 409
    assert "本单位已有班次" in again.text
    assert "li wang" in again.text
    assert head.post(f"/duty/shifts/{made[-1].shift_id}/remove").status_code == 303
    assert head.post(f"/duty/shifts/{made[0].shift_id}/remove").status_code == 409
    assert head.post(f"/duty/shifts/{made[0].shift_id}/hand-over", data={"login": "wang"}).status_code == 303
    assert len(shifts(rota)) == 14


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_day", "tomorrow"),
        ("days", "0"),
        ("days", "9999"),
        ("changes", "25:00"),
        ("people", "nobody"),
        ("people", ""),
    ],
)
def test_say_what_is_wrong_beside_the_field_when_the_form_is_bad(
    enter: Enter, rota: Rota, field: str, typed: str
) -> None:
    rota.person("li")
    rota.person("wang")
    answer = enter("head", "unit_head").post("/duty", data=WEEK | {field: typed})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert shifts(rota) == []


def test_refuse_when_a_head_of_elsewhere_tries(enter: Enter, rota: Rota) -> None:
    shift = rota.enter(rota.new(20, 28, "li"))[0]
    foreign = enter("west", "unit_head", "120001")
    assert foreign.post("/duty", data=WEEK | {"unit_code": "110001"}).status_code == 404
    assert foreign.post(f"/duty/shifts/{shift.shift_id}/remove").status_code == 404
    assert foreign.post(f"/duty/shifts/{shift.shift_id}/hand-over").status_code == 404
    assert "测试li" not in foreign.get("/duty?unit=110001").text
    officer = enter("li")
    assert officer.post("/duty", data=WEEK).status_code == 403
    assert enter("agent", "follow_up_agent", None).get("/duty").status_code == 403


def test_keep_the_rota_below_when_the_district_or_the_city_does(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li", "wang"))
    keepers = (("d", "district_supervisor", "110"), ("c", "city_supervisor", None), ("s", "system_admin", None))
    for day, (login, role, unit) in enumerate(keepers, start=10):
        client = enter(f"{login}-keeper", role, unit)
        assert "测试li" in client.get("/duty").text
        typed = {"unit_code": "柳荫街道（110001）", "first_day": f"2026-11-{day}", "days": "1"}
        assert client.post("/duty", data=WEEK | typed).status_code == 303
    assert "没有值班呼叫" not in enter("c-keeper", "city_supervisor", None).get("/duty").text


def test_show_a_call_and_its_count_until_the_ticket_is_opened(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.called()
    number = rota.desk.accepted[-1].ticket_no
    officer = enter("li")
    page = officer.get("/duty").text
    assert f"/tickets/{number}" in page
    assert "7 分钟" in page
    assert "1 条值班呼叫未读" in officer.get("/work").text
    assert officer.get(f"/tickets/{number}").status_code == 200
    assert rota.rows()[0].read_at == MONDAY + timedelta(minutes=7)
    assert "条值班呼叫未读" not in officer.get("/work").text
    assert "已读" in officer.get("/duty").text


def test_fetch_the_count_with_the_worklist_when_a_call_comes(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    officer = enter("li")
    asks_again = re.search(r'hx-get="(/work\?[^"]+)"', officer.get("/work").text)
    assert asks_again
    address, fetched = html.unescape(asks_again[1]), {"HX-Request": "true"}
    assert officer.get(address, headers=fetched).status_code == 204
    rota.called()
    answer = officer.get(address, headers=fetched)
    assert "1 条值班呼叫未读" in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


def test_mark_as_read_when_the_button_is_pressed(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    call = rota.called()
    assert enter("wang").post(f"/duty/calls/{call.call_id}/read").status_code == 404
    assert enter("li").post(f"/duty/calls/{call.call_id}/read").status_code == 303
    assert rota.rows()[0].read_at is not None


def test_keep_the_title_back_when_the_ticket_is_no_longer_theirs(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    call = rota.called()
    rota.desk.run(
        lambda session: session.connection().exec_driver_sql(
            f"UPDATE assignment SET state = 'withdrawn' WHERE ticket_id = {call.ticket_id}"
        )
    )
    rota.desk.run(
        lambda session: session.connection().exec_driver_sql(
            f"UPDATE ticket SET unit_id = NULL, district_id = NULL WHERE ticket_id = {call.ticket_id}"
        )
    )
    page = enter("li").get("/duty").text
    assert "工单已不在本单位" in page
    assert "垃圾" not in page


def test_ask_nothing_more_of_the_database_when_no_call_is_open(app: Flask, enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.called()
    officer, page = enter("li"), f"/tickets/{rota.desk.accepted[-1].ticket_no}"
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    officer.get(page)
    assert sum("UPDATE duty_call" in one for one in statements) == 1
    statements.clear()
    officer.get(page)
    assert [one for one in statements if "UPDATE duty_call" in one] == []


def test_speak_english_when_asked(enter: Enter, rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.called()
    head = enter("li")
    head.post("/language", data={"language": "en", "next": "/duty"})
    page = head.get("/duty").text
    assert "My duty calls" in page
    assert "1 duty call unread" in page


def test_inbox_keeps_the_words_of_a_ticket_from_a_unit_that_has_lost_it(enter: Enter, rota: Rota) -> None:
    ticket_id = rota.desk.accept(title="楼下垃圾无人清运").ticket_id
    rota.listen()
    officer = enter("li")
    number = rota.desk.ticket(ticket_id).ticket_no
    assert "楼下垃圾无人清运" in officer.get("/inbox").text
    rota.desk.dispute(ticket_id)
    rota.desk.rule(ticket_id, "upheld", "120001")
    page = officer.get("/inbox").text
    assert number in page
    assert "楼下垃圾无人清运" not in page
    assert f"/tickets/{number}" not in page
    line = page.split('name="notice" value="')[1].split('"')[0]
    assert officer.post("/inbox", data={"notice": [line, "nonsense", "999999999"]}).status_code == 302
    assert "已标为已读：1 条" in officer.get("/inbox").text
