"""Suggestions while typing: names, other names, pinyin, initials; what was named before narrows the search."""

from __future__ import annotations

import pytest

from dispatch.places.pinyin import spellings
from dispatch.places.suggesting import Suggestion, suggest
from tests.places.conftest import Enter, Load
from tests.town import Desk

PLACES = (
    "P1,静安花园,estate,110001001,安静里|JAHY2,,,,116.4,39.9,gcj02",
    "P2,长乐坊,estate,120001,,,,,,,",
    "P3,柳荫公园,landmark,110002,,,,,,,",
)


def names(desk: Desk, typed: str, limit: int = 10) -> list[str]:
    found: list[Suggestion] = desk.run(suggest, typed, at=desk.at, limit=limit)
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("静安", "静安花园"),
        ("jingan", "静安花园"),
        ("jahy", "静安花园"),
        ("JingAn", "静安花园"),
        ("安静", "静安花园"),
        ("jahy2", "静安花园"),
        ("ｊａｈｙ", "静安花园"),
        ("clf", "长乐坊"),
        ("zlf", "长乐坊"),
        ("changle", "长乐坊"),
        ("桥头", "桥头镇"),
        ("qtz", "桥头镇"),
        ("东区静", "静安花园"),
        ("东区柳荫街道静安", "静安花园"),
        ("测试市西区长", "长乐坊"),
        ("柳荫第一 社", "柳荫第一社区"),
    ],
)
def test_suggest_finds_the_place_when_its_name_or_its_keys_are_typed(
    desk: Desk, load: Load, typed: str, first: str
) -> None:
    load(*PLACES)

    assert names(desk, typed)[:1] == [first]


def test_suggest_leaves_out_other_districts_when_one_was_named(desk: Desk, load: Load) -> None:
    load(*PLACES)

    assert names(desk, "西区静") == []
    assert names(desk, "柳荫") == ["柳荫街道", "柳荫公园", "柳荫第一社区"]
    assert names(desk, "柳荫", limit=1) == ["柳荫街道"]


@pytest.mark.parametrize("typed", ["", "   ", "😀", "没有这里", "%", "_", "\\", "'", "x" * 60, "·"])
def test_suggest_gives_nothing_when_nothing_begins_so(desk: Desk, load: Load, typed: str) -> None:
    load(*PLACES)

    assert names(desk, typed) == []


def test_suggest_tells_where_it_lies_when_asked(desk: Desk, load: Load) -> None:
    load(*PLACES)
    (found,) = desk.run(suggest, "静安", at=desk.at, limit=10)

    assert (found.kind, found.unit_code, found.township_name, found.district_name, found.datum) == (
        "estate",
        "110001001",
        "柳荫街道",
        "东区",
        "gcj02",
    )


def test_spellings_give_each_reading_when_a_character_has_several() -> None:
    assert spellings("长乐a") == (["changlea", "changyuea", "zhanglea", "zhangyuea"], ["cla", "cya", "zla", "zya"])
    assert spellings("moma8") == ([], [])


def test_api_answers_operators_and_refuses_bad_questions(enter: Enter, load: Load) -> None:
    load(*PLACES)
    operator = enter("operator")

    items = operator.get("/api/v1/suggest/places?q=jahy").json["items"]
    assert [(one["name"], one["unit_code"]) for one in items] == [("静安花园", "110001001")]
    for nothing in ("q=", "q=%20"):
        assert operator.get(f"/api/v1/suggest/places?{nothing}").json == {"items": []}
    for query in ("", "q=x&limit=0", "q=x&limit=21", "q=x&limit=a", f"q={'x' * 61}", "q=%00", "q=x&other=1"):
        assert operator.get(f"/api/v1/suggest/places?{query}").status_code in (400, 422), query
    assert enter("evaluator").get("/api/v1/suggest/places?q=jahy").status_code == 403


def test_api_says_why_when_a_point_belongs_to_no_unit(enter: Enter) -> None:
    operator = enter("operator")

    answer = operator.get("/api/v1/suggest/point?longitude=116.4&latitude=39.9&datum=gcj02").json
    assert (answer["unit_code"], answer["reason"]) == (None, "no_territory")
    for query in (
        "longitude=116",
        "longitude=nan&latitude=1",
        "longitude=200&latitude=1",
        "longitude=1&latitude=1&datum=x",
    ):
        assert operator.get(f"/api/v1/suggest/point?{query}").status_code in (400, 422), query
