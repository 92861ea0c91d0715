"""Premature completions, corrections, notes and links, over HTTP as each role does them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Town

OFFICER = {"role": "unit_officer", "unit": "110001"}
OTHER = {"role": "unit_officer", "unit": "110002"}
LONG = "已联系环卫所当日清运完毕，并安排每日两次巡查。"


def post(town: Town, number: str, verb: str, body: Any = None, **who: str) -> Any:
    return town.call("POST", f"/tickets/{number}/{verb}", body, **(who or {"role": "operator"}))


def events(town: Town, number: str, kind: str) -> list[dict[str, Any]]:
    told = town.call("GET", f"/tickets/{number}/events", role="evaluator").json["events"]
    return [one["data"] for one in told if one["type"] == kind]


def completed(town: Town, *, minutes: int, answer: str, is_contacted: bool, **changes: Any) -> str:
    number = town.number(**changes)
    assert post(town, number, "acknowledge", **OFFICER).status_code == 200
    if is_contacted:
        assert post(town, number, "first-contact", {}, **OFFICER).status_code == 200
    town.clock.advance(timedelta(minutes=minutes))
    assert post(town, number, "complete", {"answer": answer}, **OFFICER).status_code == 200
    return number


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"minutes": 10, "answer": LONG, "is_contacted": True}, None),
        ({"minutes": 10, "answer": LONG, "is_contacted": False}, ["no_contact"]),
        ({"minutes": 10, "answer": LONG, "is_contacted": False, "reporter": None}, None),
        (
            {"minutes": 9, "answer": "已 办 结 请 知 悉 谢 谢", "is_contacted": False},
            ["no_contact", "no_words", "too_fast"],
        ),
    ],
)
def test_complete_is_flagged_when_it_looks_premature(
    town: Town, facts: dict[str, Any], reasons: list[str] | None
) -> None:
    number = completed(town, **facts)
    assert events(town, number, "assignment.completed")[0].get("premature") == reasons
    listed = town.call("GET", "/premature-completions", role="city_supervisor").json["items"]
    assert [(one["ticket_no"], one["premature"]) for one in listed] == ([(number, reasons)] if reasons else [])


def test_district_sees_its_own_premature_completions_when_it_asks(town: Town) -> None:
    number = completed(town, minutes=1, answer="已办", is_contacted=False)
    for unit, seen in (("110", [number]), ("120", [])):
        found = town.call("GET", "/premature-completions", role="district_supervisor", unit=unit).json["items"]
        assert [one["ticket_no"] for one in found] == seen
    assert town.call("GET", "/premature-completions", **OFFICER).status_code == 403


def test_correct_moves_no_limit_when_the_hotline_corrects(town: Town) -> None:
    number = town.number()
    before = town.call("GET", f"/tickets/{number}").json
    category = other_category(before["category"])
    change = {"category": category, "kind": "help", "place_code": "110002", "reason": "实为停暖"}
    assert post(town, number, "correct", change).status_code == 200
    after = town.call("GET", f"/tickets/{number}").json
    assert (after["category"], after["kind"], after["place"]["code"]) == (category, "help", "110002")
    assert (after["due_at"], after["limit"]) == (before["due_at"], before["limit"])
    assert after["unit"] == before["unit"]
    found = {one["field"]: (one["from"], one["to"]) for one in events(town, number, "ticket.corrected")}
    assert found["kind"] == ("complaint", "help")
    assert set(found) == {"category", "place", "kind"}


def other_category(code: str) -> str:
    from dispatch.routing.taxonomy import shipped_taxonomy

    return next(leaf.code for leaf in shipped_taxonomy().leaves() if leaf.code != code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "ticket.nothing_to_correct"),
        ({"kind": "complaint"}, "ticket.nothing_to_correct"),
        ({"category": "nowhere"}, "category.unknown"),
        ({"place_code": "nowhere"}, "place.unknown"),
    ],
)
def test_correct_is_refused_when_it_says_nothing_known(town: Town, change: dict[str, Any], code: str) -> None:
    answer = post(town, town.number(), "correct", change | {"reason": "更正"})
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_lead_proposes_and_the_hotline_corrects_when_the_category_is_wrong(town: Town) -> None:
    number = town.number()
    wanted = other_category(town.call("GET", f"/tickets/{number}").json["category"])
    body = {"category": wanted, "reason": "内容不符"}
    assert post(town, number, "correct", body, **OFFICER).status_code == 403
    assert post(town, number, "propose-category", body, **OTHER).status_code == 404
    assert post(town, number, "propose-category", body, **OFFICER).status_code == 200
    assert town.call("GET", f"/tickets/{number}").json["category"] != wanted, "the lead only proposes"
    assert town.sql("SELECT proposed_category FROM ticket") == [(wanted,)]
    assert post(town, number, "correct", body).status_code == 200
    assert town.sql("SELECT category, proposed_category FROM ticket") == [(wanted, None)]


def test_limit_follows_the_correction_when_a_supervisor_says_so(town: Town) -> None:
    number = town.number()
    before = town.call("GET", f"/tickets/{number}").json
    same = post(town, number, "recompute-limit", {"reason": "更正"}, role="city_supervisor")
    assert (same.status_code, same.json["code"]) == (422, "ticket.same_limit")
    hot = next(code for code in categories_with_other_limit(before["limit"]))
    assert post(town, number, "correct", {"category": hot, "reason": "更正"}).status_code == 200
    assert post(town, number, "recompute-limit", {"reason": "更正"}).status_code == 403
    town.clock.advance(timedelta(minutes=30))
    assert post(town, number, "recompute-limit", {"reason": "更正"}, role="city_supervisor").status_code == 200
    after = town.call("GET", f"/tickets/{number}").json
    lead = after["assignments"][0]
    assert after["limit"] == lead["limit"] != before["limit"]
    assert after["due_at"] == lead["due_at"] != before["due_at"], "both count from the dispatch"
    told = events(town, number, "ticket.limit_corrected")
    assert [(one["from"], one["to"]) for one in told] == [(before["limit"], after["limit"])]


def categories_with_other_limit(limit: str) -> list[str]:
    from dispatch.limits.policy import shipped_policy
    from dispatch.routing.taxonomy import shipped_taxonomy

    return [
        leaf.code
        for leaf in shipped_taxonomy().leaves()
        if shipped_policy().limit_of(leaf.code, "ordinary", "complaint").limit != limit
    ]


def test_note_is_read_by_its_unit_and_the_hotline_when_written(town: Town) -> None:
    number = town.number()
    assert post(town, number, "note", {"words": "产权单位待查"}, **OFFICER).status_code == 200
    assert post(town, number, "note", {"words": "热线内部"}, role="city_supervisor").status_code == 200

    def read(**who: str) -> list[str]:
        return [one["words"] for one in town.call("GET", f"/tickets/{number}/notes", **who).json["items"]]

    assert read(**OFFICER) == ["产权单位待查"]
    assert read(role="district_supervisor", unit="110") == ["产权单位待查"]
    assert read(role="operator") == ["产权单位待查", "热线内部"]
    assert town.call("GET", f"/tickets/{number}/notes", **OTHER).status_code == 404
    page = town.call("GET", f"/tickets/{number}", **OFFICER).json
    assert "note" not in page["words"]


def test_link_shows_on_both_sides_when_both_are_in_scope(town: Town) -> None:
    first, second = town.number(), town.number(title="柳荫街道垃圾又没人清运")
    foreign = town.number(unit_code="120001", place_code="120001")
    body = {"other_no": first, "kind": "follows"}
    assert post(town, second, "link", {"other_no": foreign, "kind": "related"}, **OFFICER).status_code == 404
    assert post(town, second, "link", body, **OFFICER).status_code == 200
    assert post(town, first, "link", {"other_no": second, "kind": "related"}).json["code"] == "link.exists"
    assert post(town, second, "link", {"other_no": second, "kind": "related"}).json["code"] == "link.same_ticket"

    def seen(number: str, **who: str) -> list[tuple[str, str, bool]]:
        found = town.call("GET", f"/tickets/{number}/links", **who).json["items"]
        return [(one["ticket_no"], one["kind"], one["is_from_here"]) for one in found]

    assert seen(second, **OFFICER) == [(first, "follows", True)]
    assert seen(first, **OFFICER) == [(second, "follows", False)]
    assert post(town, first, "link", {"other_no": foreign, "kind": "related"}).status_code == 200
    assert seen(first, **OFFICER) == [(second, "follows", False)], "what is out of scope is not named"
    assert len(seen(first, role="operator")) == 2


def test_nothing_is_written_onto_history_when_a_ticket_was_imported(town: Town) -> None:
    number = town.number()
    town.sql("UPDATE ticket SET is_imported = true")
    assert post(town, number, "note", {"words": "备注"}).json["code"] == "ticket.is_history"
    assert post(town, number, "correct", {"kind": "help", "reason": "更正"}).json["code"] == "ticket.is_history"
