"""PUT /api/v1/calls/<id>: in any order, more than once, the same final state."""

from __future__ import annotations

from itertools import permutations

from tests.api.conftest import Town

MESSAGES = (
    {"line": "12345-1", "number": "１３８００１３８０００", "rang_at": "2026-11-02T09:00:00+08:00"},
    {"agent": "op7", "answered_at": "2026-11-02T09:00:05+08:00"},
    {"ended_at": "2026-11-02T01:04:00Z"},
    {"recording_reference": "rec/2026/11/02/17"},
)


def tell(town: Town, call_id: str, message: object) -> object:
    return town.call("PUT", f"/calls/{call_id}", message)


def test_call_ends_the_same_when_messages_come_in_any_order_and_twice(town: Town) -> None:
    states = set()
    for number, order in enumerate(permutations(MESSAGES)):
        for message in (*order, order[0]):
            answer = tell(town, f"call-{number}", message)
            assert answer.status_code == 200, answer.text
        states.add(str({name: value for name, value in answer.json.items() if name != "call_id"}))
    assert len(states) == 1
    assert "138****8000" in states.pop()
    assert town.sql("SELECT count(*) FROM call_record") == [(24,)]


def test_call_is_linked_when_its_ticket_is_told(town: Town) -> None:
    number = town.number()
    assert tell(town, "c1", {"ticket_no": number}).json["is_linked"] is True
    assert tell(town, "c1", {"ticket_no": "20261102-9999999"}).status_code == 404


def test_call_without_number_is_kept_when_the_caller_withholds_it(town: Town) -> None:
    assert tell(town, "c1", {"number": None, "rang_at": "2026-11-02T09:00:00+08:00"}).json["number"] is None


def test_call_is_refused_when_a_known_fact_is_contradicted(town: Town) -> None:
    tell(town, "c1", MESSAGES[0])
    for field, value in [("line", "other"), ("number", "13900139000"), ("direction", "outbound")]:
        answer = tell(town, "c1", {field: value})
        assert (answer.status_code, answer.json["code"]) == (409, "call.contradiction")
        assert list(answer.json["fields"]) == [field]


def test_call_is_refused_when_time_has_no_offset(town: Town) -> None:
    for field in ("rang_at", "answered_at", "ended_at"):
        for value in ("2026-11-02T09:00:00", "2026-11-02", "yesterday", 7):
            answer = tell(town, "c1", {field: value})
            assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert town.sql("SELECT count(*) FROM call_record") == [(0,)]


def test_call_is_refused_when_its_id_is_unusable(town: Town) -> None:
    for call_id in ("x" * 101, "%E7%94%B5", "a%00b"):
        assert tell(town, call_id, {}).status_code == 422
