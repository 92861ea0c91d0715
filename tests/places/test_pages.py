"""The administrator's pages of places and territories, and who may not see them."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.places.models import Place
from tests.places.conftest import Enter, Load
from tests.places.test_territory import BOW_TIE, collection, square
from tests.town import Desk

GARDEN = {"name": "静安花园", "kind": "estate", "unit_code": "柳荫街道（110001）", "aliases": "静安\n安静里"}


def upload(client: FlaskClient, path: str, content: bytes, **fields: str) -> Any:
    data = {"file": (BytesIO(content), "t.geojson"), "datum": "gcj02", **fields}
    return client.post(path, data=data, content_type="multipart/form-data")


def test_administrator_enters_changes_and_ends_a_place(desk: Desk, enter: Enter) -> None:
    page = enter("system_admin")
    assert "还没有地名" in page.get("/admin/places").text

    made = page.post("/admin/places/new", data=GARDEN)
    assert made.status_code == 303
    shown = page.get(made.location).text
    assert "静安花园" in shown
    assert "安静里" in shown
    assert desk.reference.gazetteer.locate("静安花园").unit_code == "110001"

    changed = page.post(
        made.location, data=GARDEN | {"unit_code": "110002", "longitude": "116.4", "latitude": "39.9", "datum": "wgs84"}
    )
    assert changed.status_code == 303
    assert changed.location != made.location
    assert "桥头镇" in page.get("/admin/places?q=jahy").text
    assert "没有找到" in page.get("/admin/places?q=nothing").text
    assert "没有找到" in page.get("/admin/places?kind=road").text

    assert page.post(f"{made.location}/end").status_code == 409
    assert page.post(f"{changed.location}/end").status_code == 303
    assert desk.reference.gazetteer.locate("静安花园").unit_code is None
    assert "已停用" in page.get(changed.location).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit_code": "没有这个"}, "没有这个单位"),
        ({"unit_code": ""}, "没有这个单位"),
        ({"name": "静"}, "至少 2 个字"),
        ({"kind": "castle"}, "应为 estate"),
        ({"road_from": "1", "road_to": "9"}, "只有道路"),
        ({"longitude": "116"}, "同时填写"),
        ({"aliases": "静安花园"}, "别名与名称相同"),
    ],
)
def test_form_says_what_is_wrong_when_it_is_refused(
    desk: Desk, enter: Enter, wrong: dict[str, str], words: str
) -> None:
    answer = enter("system_admin").post("/admin/places/new", data=GARDEN | wrong)

    assert answer.status_code == 422
    assert words in answer.text
    assert desk.run(lambda session: session.scalars(select(Place)).all()) == []


def test_list_goes_on_to_the_next_page_when_there_are_many(enter: Enter, load: Load) -> None:
    load(*(f"P{n:03},花园{n:03}号院,estate,110001,,,,,,," for n in range(60)))
    page = enter("system_admin")

    first = page.get("/admin/places").text
    assert "花园059号院" in first
    assert "花园000号院" not in first
    assert "下一页" in first
    assert page.get("/admin/places?after=zzz&q=%00").status_code == 200


@pytest.mark.parametrize("path", ["/admin/places/99", "/admin/places/99/end", "/admin/territory/999/end"])
def test_page_is_not_found_when_there_is_no_such_thing(enter: Enter, path: str) -> None:
    page = enter("system_admin")
    answer = page.post(path) if path.endswith("end") else page.get(path)

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/admin/places", "/admin/places/new", "/admin/territory"])
def test_pages_are_closed_to_others(enter: Enter, path: str) -> None:
    assert enter("operator").get(path).status_code == 403


def test_territory_is_drawn_before_it_is_taken(desk: Desk, enter: Enter) -> None:
    page = enter("system_admin")
    content = collection(({"code": "110001"}, square(116, 39)), ({"code": "110002"}, square(117, 39)))

    sheet = upload(page, "/admin/territory/preview", content).text
    assert sheet.count("<path ") == 2
    assert "新增 2 个" in sheet
    assert desk.reference.territory.unit_at(116.5, 39.5, "gcj02").reason == "no_territory"

    digest = hashlib.sha256(content).hexdigest()
    assert upload(page, "/admin/territory", content + b" ", digest=digest).status_code == 422
    assert upload(page, "/admin/territory", content, digest=digest).status_code == 303
    assert desk.reference.territory.unit_at(116.5, 39.5, "gcj02").unit_code == "110001"
    assert "柳荫街道" in page.get("/admin/territory").text
    assert page.post("/admin/territory/110001/end").status_code == 303


@pytest.mark.parametrize(
    ("content", "datum", "words"),
    [
        (collection(({"code": "110001"}, BOW_TIE)), "gcj02", "多边形自相交"),
        (b"not json", "gcj02", "不是合法的 JSON"),
        (collection(({"code": "110001"}, square(0, 0))), "", "坐标系应为"),
        (json.dumps(square(0, 0)).encode(), "gcj02", "FeatureCollection"),
    ],
)
def test_territory_is_refused_in_words_when_the_file_is_wrong(
    enter: Enter, content: bytes, datum: str, words: str
) -> None:
    answer = upload(enter("system_admin"), "/admin/territory/preview", content, datum=datum)

    assert answer.status_code in (200, 422)
    assert words in answer.text


def test_territory_asks_for_a_file_when_none_is_sent(enter: Enter) -> None:
    answer = enter("system_admin").post("/admin/territory/preview", data={"datum": "gcj02"})

    assert answer.status_code == 422
    assert "请选择文件" in answer.text
