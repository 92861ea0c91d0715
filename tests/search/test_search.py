"""Finding tickets: by what was said, by what is known of them, and never what is somebody else's or nobody's business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.access import services as access
from dispatch.access.vault import Reporter
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.search import asking, indexing, queries
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
HEATING = {"title": "柳荫街道暖气不热", "text": "东区柳荫街道柳荫第一社区家里暖气不热，请回电 13911112222"}


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Three matters of two units, indexed."""
    desk.accept()
    desk.accept(**HEATING)
    desk.accept(title="八一街道路灯不亮", text="西区八一街道路灯三天不亮", kind="help", channel="web")
    desk.run(indexing.fill, vault=desk.vault, limit=10)
    return desk


def find(desk: Desk, units: frozenset[int] | None = None, limit: int = 10, **asked: str) -> list[str]:
    with Session(desk.engine) as session:
        found = queries.find(session, asking.read(asked), units, desk.reference, before=None, limit=limit)
        return [row.title for row in found.rows]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"q": "暖气"}, 1),
        ({"q": "暖气 不热"}, 1),
        ({"q": "灯"}, 1),
        ({"q": "街道"}, 3),
        ({"q": "没有这样的话"}, 0),
        ({"q": "！？"}, 0),
        ({"q": "'); DROP TABLE ticket; --"}, 0),
        ({"unit": "110"}, 1),
        ({"unit": "E-01"}, 1),
        ({"unit": "100000"}, 3),
        ({"unit": "110", "q": "垃圾"}, 1),
        ({"unit": "nobody"}, 0),
        ({"kind": "help"}, 1),
        ({"channel": "web"}, 1),
        ({"state": "closed"}, 0),
        ({"since": "2026-11-02"}, 3),
        ({"since": "2026-11-03"}, 0),
        ({"until": "2026-11-01"}, 0),
        ({"since": "the day before"}, 3),
    ],
)
def test_find_what_was_asked_for(town: Desk, asked: dict[str, str], count: int) -> None:
    assert len(find(town, **asked)) == count


def test_newest_come_first_page_by_page_and_none_twice(town: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "FIRST_STRETCH", 1)
    seen: list[int] = []
    before: int | None = None
    while True:
        with Session(town.engine) as session:
            page = queries.find(session, asking.read({"q": "街道"}), None, town.reference, before=before, limit=1)
        seen += [row.Ticket.ticket_id for row in page.rows]
        before = page.before
        if before is None:
            break
    assert seen == sorted({one.ticket_id for one in town.accepted}, reverse=True)


def test_units_find_only_their_own(town: Desk) -> None:
    own = frozenset({town.unit_id("120001")})
    assert find(town, own, q="街道") == ["八一街道路灯不亮"]
    assert find(town, own, unit="110") == []


def test_numbers_of_people_are_not_found_and_erased_words_neither(town: Desk) -> None:
    assert find(town, q="13911112222") == []
    town.run(indexing.erase, town.accepted[1].ticket_id)
    assert find(town, q="暖气") == []
    assert town.run(indexing.fill, vault=town.vault, limit=10) == 0, "an erased ticket is not filled again"


def test_newest_are_filled_first_and_older_ones_by_the_longer_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.accept(**HEATING)
    desk.accept()
    monkeypatch.setattr(indexing, "NEWEST", 1)
    values: dict[str, Any] = {"vault": desk.vault, "limit": 10}
    assert (desk.run(indexing.fill_recent, **values), find(desk, q="暖气")) == (1, [])
    assert (desk.run(indexing.fill_recent, **values), desk.run(indexing.fill, **values)) == (0, 1)
    assert len(find(desk, q="暖气")) == 1


def test_reporters_are_not_found_by_name_and_late_words_do_not_outlive_an_erasure(town: Desk) -> None:
    told = town.accept(title="我是王小明，柳荫街道井盖丢了", text="我叫王小明，东区柳荫街道井盖丢了")
    town.run(indexing.erase, town.accept(title="柳荫街道栏杆断了").ticket_id)  # before any effect has come
    town.run(indexing.index, [one.ticket_id for one in town.accepted], vault=town.vault)
    assert find(town, q="井盖") == ["我是王小明，柳荫街道井盖丢了"]
    assert find(town, q="王小明") == []
    assert find(town, q="栏杆") == []
    town.run(indexing.index, [told.ticket_id], vault=town.vault)
    assert find(town, q="井盖") == ["我是王小明，柳荫街道井盖丢了"]


def enter(app: Flask, role: str, unit_id: int | None = None) -> FlaskClient:
    values: dict[str, Any] = {"roles": [role], "actor": "system:test", "at": MONDAY, "unit_id": unit_id}
    login = role.replace("_", "-")
    with app.app_context(), transaction() as session:
        access.create(session, login=login, name="某人", password=PASSWORD, **values)
    client = app.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


@pytest.fixture
def app(config: Config, town: Desk) -> Flask:
    made = whole_app(config, clock=FixedClock(MONDAY + timedelta(hours=1)))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def test_operator_finds_by_words_number_and_phone_keeps_the_search_and_takes_the_list(app: Flask, town: Desk) -> None:
    town.accept(title="=cmd|' /C calc'!A0", reporter=Reporter("王小明", "13700137000"))
    client = enter(app, "operator")
    page = client.get("/tickets?q=暖气").get_data(as_text=True)
    assert "柳荫街道暖气不热" in page
    assert "八一街道路灯不亮" not in page
    number = town.accepted[0].ticket_no
    assert client.get(f"/tickets?q={number}").location == f"/tickets/{number}"

    by_phone = client.post("/tickets", data={"phone": "13700137000"})
    assert town.accepted[-1].ticket_no in by_phone.get_data(as_text=True)
    assert client.post("/tickets", data={"phone": "no"}).status_code == 422

    assert client.post("/tickets/saved", data={"name": "供暖", "q": "暖气"}).status_code == 303
    assert "供暖" in client.get("/tickets").get_data(as_text=True)
    assert client.post("/tickets/saved", data={"name": "", "q": "暖气"}).status_code == 422

    taken = client.get("/tickets/export.csv?unit=110")
    lines = taken.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 + 1
    assert lines[1].split(",")[3].startswith("\"'=cmd") or lines[1].split(",")[3].startswith("'=cmd")
    assert "某人" in lines[-1]
    with Session(town.engine) as session:
        looks = session.scalars(text("SELECT purpose FROM identity_look ORDER BY identity_look_id")).all()
    assert looks == ["phone_search", "ticket_export"]


def test_officer_neither_searches_by_phone_nor_sees_what_is_not_theirs(app: Flask, town: Desk) -> None:
    client = enter(app, "unit_officer", town.unit_id("120001"))
    page = client.get("/tickets?q=街道").get_data(as_text=True)
    assert "路灯" in page
    assert "暖气" not in page
    assert "按电话查找" not in page
    assert client.post("/tickets", data={"phone": "13700137000"}).status_code == 403
