"""Whatever is sent: a clear answer that names the field, and nothing half written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dispatch.access.vault import Vault
from tests.api.conftest import COMPLAINT, Town

CHINESE = re.compile("[一-鿿]")
PROBLEM = "application/problem+json"

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown field", {"colour": "red"}, "colour"),
    ("unknown inner field", {"reporter": {"age": 3}}, "reporter.age"),
    ("field's name is no text", {"\ud800": 1}, ""),
    ("text missing", {"text": None}, "text"),
    ("kind unknown", {"kind": "rumour"}, "kind"),
    ("channel unknown", {"channel": "pigeon"}, "channel"),
    ("urgency unknown", {"urgency": "very"}, "urgency"),
    ("text is a number", {"text": 7}, "text"),
    ("text is a list", {"text": ["a"]}, "text"),
    ("title is an object", {"title": {}}, "title"),
    ("reporter is text", {"reporter": "王"}, "reporter"),
    ("flag is text", {"is_confidential": "true"}, "is_confidential"),
    ("flag is a number", {"is_confidential": 1}, "is_confidential"),
    ("NUL", {"text": "楼下\x00垃圾"}, "text"),
    ("lone surrogate", {"title": "楼下\ud83d垃圾"}, "title"),
    ("control character", {"address": "楼下\x1b[31m"}, "address"),
    ("blank title", {"title": " \n "}, "title"),
    ("long title", {"title": "长" * 201}, "title"),
    ("long text", {"text": "长" * 20_001}, "text"),
    ("phone no number", {"reporter": {"phone": "不告诉你"}}, "reporter.phone"),
    ("phone too short", {"reporter": {"phone": "1"}}, "reporter.phone"),
    ("unit unknown", {"unit_code": "999"}, "unit_code"),
    ("unit cannot be known", {"unit_code": "11\x0000"}, "unit_code"),
    ("place unknown", {"place_code": "999"}, "place_code"),
    ("category unknown", {"category": "99-nonsense"}, "category"),
]


def test_take_in_names_the_field_and_writes_nothing_when_input_is_bad(
    town: Town, unchanged: Callable[[], bool]
) -> None:
    wrong = {}
    for case, changes, field in REFUSED:
        answer = town.take_in(**changes)
        problem = answer.json
        is_named = CHINESE.search(problem["detail"]) and (
            field in problem["detail"] or problem["code"] != "request.invalid"
        )
        is_right = (answer.status_code, answer.content_type) == (422, PROBLEM) and is_named
        if not (is_right and problem["code"] and problem["request_id"]) or (field and field not in problem["fields"]):
            wrong[case] = (answer.status_code, answer.text)
    assert wrong == {}
    assert unchanged()


RAW: list[tuple[str, bytes, str, int]] = [
    ("no JSON", b"{", "application/json", 400),
    ("empty", b"", "application/json", 400),
    ("not UTF-8", b'{"title": "\xff"}', "application/json", 400),
    ("NaN", b'{"title": NaN}', "application/json", 400),
    ("a name twice", b'{"title": "a", "title": "b"}', "application/json", 400),
    ("nested without end", b"[" * 100_000, "application/json", 400),
    ("a list", b"[]", "application/json", 422),
    ("null", b"null", "application/json", 422),
    ("a number", b"7", "application/json", 422),
    ("a form", b"title=a", "application/x-www-form-urlencoded", 415),
    ("no type", b'{"title": "a"}', "", 415),
    ("10 MB", b'{"text": "' + b"a" * 10_000_000 + b'"}', "application/json", 413),
]


def test_take_in_is_refused_when_body_is_unreadable(town: Town, unchanged: Callable[[], bool]) -> None:
    headers = {"Authorization": f"Bearer {town.token('operator')}", "Idempotency-Key": "order-17"}
    wrong = {}
    for case, body, kind, status in RAW:
        answer = town.app.test_client().post("/api/v1/tickets", data=body, content_type=kind, headers=headers)
        if (answer.status_code, answer.content_type) != (status, PROBLEM):
            wrong[case] = (answer.status_code, answer.text[:300])
    assert wrong == {}
    assert unchanged()


def test_emoji_survive_when_taken_in(town: Town) -> None:
    words = "楼下垃圾成山😤👨‍👩‍👧 \U0002070e"
    number = town.number(text=f"柳荫街道{words}")
    assert town.call("GET", f"/tickets/{number}").json["words"]["text"] == f"柳荫街道{words}"


def test_full_width_digits_are_understood_when_phone_is_typed_by_an_input_method(town: Town, config) -> None:
    town.number(reporter={"phone": "１３８ ００１３ ８０００"})
    kept = town.sql("SELECT phone_index FROM voice")[0][0]
    vault = Vault(config.vault_keys, config.blind_index_keys)
    assert bytes(kept) == vault.blind_index("13800138000")  # type: ignore[call-overload]


def test_ticket_is_anonymous_when_reporter_says_nothing(town: Town) -> None:
    for reporter in (None, {}, {"name": None, "phone": None}):
        number = town.number(reporter=reporter)
        assert town.call("GET", f"/tickets/{number}").json["reporter"] is None
    assert town.sql("SELECT count(*) FROM voice") == [(0,)]


def test_ticket_is_not_found_or_refused_when_number_is_nonsense(town: Town) -> None:
    for number in ("20261102-9999999", "x", "%00", "%F0%9F%98%80", "%ED%A0%80", "a" * 5000):
        answer = town.call("GET", f"/tickets/{number}")
        assert answer.status_code in (400, 404)
        assert answer.content_type == PROBLEM


def test_worklist_is_refused_when_query_is_bad(town: Town) -> None:
    marks = ("x", "/", "2026-11-02T09:00:00/1", "2026-11-02T09:00:00Z/-1", "2026-11-02T09:00:00Z/" + "9" * 40)
    queries = ["limit=0", "limit=201", "limit=x", "colour=red", *(f"after={mark}" for mark in marks)]
    wrong = {}
    for query in queries:
        answer = town.call("GET", f"/worklist?{query}", role="unit_officer", unit="110001")
        if answer.status_code != 422 or query.partition("=")[0] not in answer.json["fields"]:
            wrong[query] = (answer.status_code, answer.text)
    assert wrong == {}


def test_suggestion_writes_nothing_when_asked(town: Town, unchanged: Callable[[], bool]) -> None:
    matter = {name: COMPLAINT[name] for name in ("kind", "title", "text")}
    answer = town.call("POST", "/suggest", matter)
    assert answer.status_code == 200
    assert unchanged()
