"""The knowledge base over HTTP: one article's life, who may what, and edits that meet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Town, app, clock, town

__all__ = ["app", "clock", "town"]

ARTICLE: dict[str, Any] = {
    "title": "供暖费报停的办理时间",
    "questions": "暖气报停什么时候办",
    "body": "采暖季开始前向供热单位申请。",
    "category": "1003",
    "review_on": "2027-09-01",
}
OFFICER = {"role": "unit_officer", "unit": "E-01"}
HEAD = {"role": "unit_head", "unit": "E-01"}


def write(town: Town, **changes: Any) -> int:
    answer = town.call("POST", "/knowledge", ARTICLE | changes, **OFFICER)
    assert answer.status_code == 201, answer.text
    return int(answer.json["article_id"])


def found(town: Town, words: str = "供暖费报停") -> list[int]:
    return [item["article_id"] for item in town.call("GET", f"/knowledge?q={words}").json["items"]]


def test_live_a_whole_life_when_an_article_is_written_published_revised_and_retired(town: Town) -> None:
    article_id = write(town)
    assert found(town) == []
    published = town.call("POST", f"/knowledge/{article_id}/publish", {"version": 1}, **HEAD)
    assert (published.status_code, published.json["in_force"]) == (200, 1)
    assert found(town) == [article_id]

    revised = town.call(
        "POST", f"/knowledge/{article_id}/versions", ARTICLE | {"body": "网上办。", "based_on": 1}, **OFFICER
    )
    assert (revised.status_code, revised.json["in_force"], revised.json["latest"]) == (201, 1, 2)
    town.call("POST", f"/knowledge/{article_id}/publish", {"version": 2}, **HEAD)
    shown = town.call("GET", f"/knowledge/{article_id}").json
    assert [(one["version"], one["state"], one["body"]) for one in shown["versions"]] == [
        (2, "published", "网上办。"),
        (1, "retired", ARTICLE["body"]),
    ]
    assert shown["versions"][0]["unit"] == {"code": "E-01", "name": "测试热力集团"}
    assert (shown["versions"][0]["valid_from"], shown["versions"][0]["review_on"]) == ("2026-11-02", "2027-09-01")

    ended = town.call("POST", f"/knowledge/{article_id}/retire", {}, **HEAD)
    assert (ended.status_code, ended.json["in_force"]) == (200, None)
    assert found(town) == []
    assert len(town.call("GET", f"/knowledge/{article_id}").json["versions"]) == 2


def test_refuse_to_publish_when_an_officer_is_no_head(town: Town) -> None:
    article_id = write(town)
    assert town.call("POST", f"/knowledge/{article_id}/publish", {"version": 1}, **OFFICER).status_code == 403
    assert town.call("POST", "/knowledge", ARTICLE).status_code == 403  # an operator reads


@pytest.mark.parametrize("unit", ["110001", "110"])
def test_hide_the_draft_and_refuse_the_published_when_another_unit_asks(town: Town, unit: str) -> None:
    article_id = write(town)
    edit = ARTICLE | {"based_on": 1, "unit_code": unit}

    def stranger(method: str, path: str, body: Any = None) -> tuple[int, str | None]:
        answer = town.call(method, f"/knowledge/{article_id}{path}", body, role="unit_head", unit=unit)
        return answer.status_code, answer.json.get("code")

    moves = [("/versions", edit), ("/publish", {"version": 1}), ("/retire", {})]
    assert stranger("GET", "") == (404, "knowledge.not_found")
    assert {stranger("POST", path, body) for path, body in moves} == {(404, "knowledge.not_found")}
    town.call("POST", f"/knowledge/{article_id}/publish", {"version": 1}, **HEAD)
    assert stranger("GET", "")[0] == 200
    assert {stranger("POST", path, body) for path, body in moves} == {(403, "knowledge.not_yours")}


def test_let_the_hotline_edit_and_publish_when_a_unit_does_not(town: Town) -> None:
    article_id = write(town)
    for role in ("city_supervisor", "system_admin"):
        latest = town.call("GET", f"/knowledge/{article_id}", role=role).json["latest"]
        edit = ARTICLE | {"based_on": latest, "unit_code": "E-01"}
        assert town.call("POST", f"/knowledge/{article_id}/versions", edit, role=role).status_code == 201
        path = f"/knowledge/{article_id}/publish"
        assert town.call("POST", path, {"version": latest + 1}, role=role).json["in_force"] == latest + 1


def test_refuse_the_second_edit_when_two_had_the_same_version_before_them(town: Town) -> None:
    article_id = write(town)
    path, edit = f"/knowledge/{article_id}/versions", ARTICLE | {"based_on": 1}
    assert town.call("POST", path, edit, **OFFICER).status_code == 201
    second = town.call("POST", path, edit, **HEAD)
    assert (second.status_code, second.json["code"]) == (409, "knowledge.changed")


def test_answer_412_when_the_article_changed_since_it_was_read(town: Town) -> None:
    article_id = write(town)
    tag = town.call("GET", f"/knowledge/{article_id}", **HEAD).headers["ETag"]
    path = f"/knowledge/{article_id}/publish"
    assert town.call("POST", path, {"version": 1}, If_Match=tag, **HEAD).status_code == 200
    late = town.call("POST", f"/knowledge/{article_id}/retire", {}, If_Match=tag, **HEAD)
    assert (late.status_code, late.json["code"]) == (412, "knowledge.changed")
    assert found(town) == [article_id]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"body": "口径\x00"}, "body"),
        ({"body": "残\ud800缺"}, "body"),
        ({"category": "没有"}, "category"),
        ({"unit_code": "X-99"}, "unit_code"),
        ({"unit_code": "110001"}, "unit_code"),
        ({"valid_until": "2026-11-01"}, "valid_until"),
        ({"review_on": "昨天"}, "review_on"),
        ({"review_on": "0001-01-01"}, "review_on"),
        ({"valid_until": "9999-12-31"}, "valid_until"),
        ({"review_on": None}, "review_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_name_the_field_and_write_nothing_when_something_is_wrong(
    town: Town, changes: dict[str, Any], field: str
) -> None:
    answer = town.call("POST", "/knowledge", ARTICLE | changes, **OFFICER)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]
    assert town.sql("SELECT count(*) FROM article") == [(0,)]


@pytest.mark.parametrize("place", ["0", "999999", "abc", "-1", "1" * 30, "１"])
def test_find_no_article_when_the_address_names_none(town: Town, place: str) -> None:
    answer = town.call("GET", f"/knowledge/{place}")
    assert (answer.status_code, answer.json["code"]) == (404, "knowledge.not_found")


def test_list_what_waits_when_a_unit_asks(town: Town) -> None:
    article_id = write(town, review_on="2026-11-05")
    assert [one["article_id"] for one in town.call("GET", "/knowledge/due", **OFFICER).json["drafts"]] == [article_id]
    town.call("POST", f"/knowledge/{article_id}/publish", {"version": 1}, **HEAD)
    assert town.call("GET", "/knowledge/due", **OFFICER).json == {"to_review": [], "drafts": []}
    town.clock.advance(timedelta(days=3))
    assert [one["article_id"] for one in town.call("GET", "/knowledge/due", **OFFICER).json["to_review"]] == [
        article_id
    ]
    assert town.call("GET", "/knowledge/due", role="unit_head", unit="110").json["to_review"] == []
