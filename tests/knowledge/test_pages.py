"""The knowledge base as people see it: search, edit, publish, and words that stay words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.knowledge.conftest import HEATING, Library
from tests.town import MONDAY

PASSWORD = "correct horse battery"
SCRIPT = '<script>alert("x")</script>'
FORM = {"title": "燃气费怎么交", "body": "在网上营业厅交。", "category": "1303", "review_on": "2027-11-01"}

Enter = Callable[..., FlaskClient]


@pytest.fixture
def app(config: Config, library: Library) -> Flask:
    made = whole_app(config, clock=FixedClock(MONDAY), machine_clock=FixedClock(MONDAY))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(app: Flask, library: Library) -> Enter:
    """A browser in which a person of this role (and unit) is logged in."""

    def come_in(role: str, unit: str | None = None) -> FlaskClient:
        values: dict[str, Any] = {"unit_id": library.desk.unit_id(unit) if unit else None}
        login = f"{role}.{unit or 'city'}".lower().replace("_", "-")
        with app.app_context(), transaction() as session:
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
        client = app.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return come_in


def test_show_title_and_unit_when_an_operator_searches(enter: Enter, library: Library) -> None:
    article_id = library.published(unit="E-01")
    operator = enter("operator")
    whole = operator.get("/knowledge?q=报停").text
    part = operator.get("/knowledge?q=报停", headers={"HX-Request": "true"}).text
    for text in (whole, part):
        assert f'href="/knowledge/{article_id}"' in text
        assert "测试热力集团" in text
    assert "<html" in whole
    assert "<html" not in part
    assert HEATING.title in operator.get("/knowledge").text
    assert "没有找到" in operator.get("/knowledge?q=火星").text


def test_give_the_words_to_say_when_the_desk_asks_beside_its_form(enter: Enter, library: Library) -> None:
    library.published()
    operator = enter("operator")
    assert 'hx-get="/knowledge/beside"' in operator.get("/desk").text
    text = operator.get("/knowledge/beside?q=暖气报停").text
    assert HEATING.body in text
    assert "<html" not in text
    assert HEATING.body not in operator.get("/knowledge/beside?q=").text


def test_stay_words_when_title_and_body_look_like_html(enter: Enter, library: Library) -> None:
    article_id = library.published(title=f"报停{SCRIPT}", questions=SCRIPT, body=f"口径{SCRIPT}", legal_basis=SCRIPT)
    operator = enter("operator")
    for path in (f"/knowledge/{article_id}", "/knowledge?q=报停", "/knowledge/beside?q=报停"):
        text = operator.get(path).text
        assert SCRIPT not in text, path
        assert "&lt;script&gt;" in text, path
    assert SCRIPT not in enter("city_supervisor").get(f"/knowledge/{article_id}/edit").text


def test_reach_the_operator_when_an_officer_writes_and_the_head_publishes(enter: Enter) -> None:
    officer, head, operator = enter("unit_officer", "E-01"), enter("unit_head", "E-01"), enter("operator")
    saved = officer.post("/knowledge/new", data=FORM)
    assert saved.status_code == 303
    place = saved.headers["Location"].partition("?")[0]
    assert "燃气费怎么交" in officer.get("/knowledge/review").text
    assert "发布这个版本" not in officer.get(place).text
    assert operator.get(place).status_code == 404
    assert "发布这个版本" in head.get(place).text
    assert officer.post(f"{place}/publish", data={"version": "1"}).status_code == 403
    assert head.post(f"{place}/publish", data={"version": "1"}).status_code == 303
    assert "在网上营业厅交。" in operator.get("/knowledge/beside?q=燃气费").text


def test_keep_what_was_typed_when_somebody_else_saved_first(enter: Enter, library: Library) -> None:
    article_id = library.published(unit="E-01")
    officer = enter("unit_officer", "E-01")
    form = officer.get(f"/knowledge/{article_id}/edit").text
    assert re.search(r'name="based_on" value="1"', form)
    library.revise(article_id, 1, unit="E-01", body="别人先改了。")
    late = officer.post(f"/knowledge/{article_id}/edit", data=FORM | {"based_on": "1"})
    assert late.status_code == 409
    assert "已被他人更新" in late.text
    assert "在网上营业厅交。" in late.text
    assert library.view(article_id).versions[0].body == "别人先改了。"


def test_name_the_field_when_the_form_is_wrong(enter: Enter) -> None:
    answer = enter("unit_officer", "E-01").post(
        "/knowledge/new", data=FORM | {"title": "", "review_on": "后天", "unit": "八一街道（120001）"}
    )
    assert answer.status_code == 422
    for field in ("title", "review_on"):
        assert f'href="#field-{field}"' in answer.text


def test_point_to_the_unit_field_when_the_unit_is_not_theirs(enter: Enter) -> None:
    officer = enter("unit_officer", "E-01")
    for unit in ("八一街道（120001）", "没有的单位（X-1）"):
        answer = officer.post("/knowledge/new", data=FORM | {"unit": unit})
        assert answer.status_code == 422
        assert 'href="#field-unit"' in answer.text


def test_show_an_old_version_as_such_when_a_citation_leads_there(enter: Enter, library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, body="新的口径。")
    library.publish(article_id, 2)
    operator = enter("operator")
    old = operator.get(f"/knowledge/{article_id}?version=1").text
    assert HEATING.body in old
    assert "这个版本现在不用来答复" in old
    assert "新的口径。" in operator.get(f"/knowledge/{article_id}").text
    assert operator.get(f"/knowledge/{article_id}?version=3").status_code == 404


def test_refuse_when_another_unit_opens_the_form(enter: Enter, library: Library) -> None:
    article_id = library.published(unit="E-01")
    stranger = enter("unit_head", "E-02")
    assert "停用这篇知识" not in stranger.get(f"/knowledge/{article_id}").text
    assert stranger.get(f"/knowledge/{article_id}/edit").status_code == 403
    for verb in ("edit", "publish", "retire"):
        data = FORM | {"based_on": "1", "version": "1"}
        assert stranger.post(f"/knowledge/{article_id}/{verb}", data=data).status_code == 403, verb


def test_land_on_own_work_first_when_the_knowledge_base_is_in_the_navigation(enter: Enter) -> None:
    for role in ("operator", "system_admin", "adjudicator"):
        client = enter(role)
        assert 'href="/knowledge"' in client.get("/knowledge").text
        assert not client.get("/").headers.get("Location", "/").endswith("/knowledge")


def test_close_the_door_when_a_role_has_no_business_with_it(enter: Enter) -> None:
    assert enter("audit_admin").get("/knowledge").status_code == 403
    assert enter("operator").get("/knowledge/new").status_code == 403
