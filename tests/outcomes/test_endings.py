"""What is not dispatched: at intake and for a ticket that waits, through the API."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import Town

QUESTION = {"kind": "consultation", "title": "社保卡怎么补办", "text": "想问一下社保卡丢了怎么补办"}
VAGUE = {"title": "有件事", "text": "想反映一件事情"}


def act(town: Town, number: str, verb: str, body: dict[str, Any] | None = None, role: str = "operator") -> TestResponse:
    return town.call("POST", f"/tickets/{number}/{verb}", body or {}, role=role)


def types(town: Town, number: str) -> list[str]:
    return [row["type"] for row in town.call("GET", f"/tickets/{number}/events").json["events"]]


def test_take_in_ends_at_once_and_dispatches_nothing_when_the_question_is_answered(town: Town) -> None:
    told = town.take_in(**QUESTION, outcome={"kind": "answered", "text": "请到任一社保网点补办"})
    assert (told.status_code, told.json["state"], told.json["unit"]) == (201, "answered", None)
    assert told.headers["ETag"] == '"2"'
    shown = town.call("GET", f"/tickets/{told.json['ticket_no']}").json
    assert shown["words"]["answer"] == "请到任一社保网点补办"
    assert shown["due_at"] is None
    assert shown["assignments"] == []
    assert types(town, told.json["ticket_no"]) == ["ticket.received", "ticket.answered"]


def test_take_in_gives_the_same_ticket_when_the_same_outcome_is_sent_twice(town: Town) -> None:
    changes = {**QUESTION, "outcome": {"kind": "answered", "text": "可以"}}
    first, second = (town.take_in(**changes, key="k1") for _ in range(2))
    assert first.json == second.json
    assert town.sql("SELECT count(*) FROM ending") == [(1,)]
    other = town.take_in(**{**changes, "outcome": {"kind": "invalid", "ground": "test"}}, key="k1")
    assert other.json["code"] == "idempotency.key_reused"


@pytest.mark.parametrize(
    ("outcome", "code", "field"),
    [
        ({"kind": "answered", "text": "好"}, "outcome.not_answerable", "outcome"),
        ({"kind": "declined"}, "outcome.ground_unknown", "ground"),
        ({"kind": "declined", "ground": "emergency"}, "outcome.agency_unknown", "agency"),
        ({"kind": "declined", "ground": "legal_path"}, "outcome.legal_path_unknown", "legal_path"),
        ({"kind": "declined", "ground": "in_hand"}, "outcome.related_missing", "related_ticket_no"),
        ({"kind": "declined", "ground": "beyond_duty", "text": "  "}, "outcome.text_missing", "text"),
        ({"kind": "declined", "ground": "unlawful"}, "outcome.text_missing", "text"),
        ({"kind": "transferred"}, "outcome.agency_unknown", "agency"),
        ({"kind": "invalid", "ground": "secret"}, "outcome.ground_unknown", "ground"),
    ],
)
def test_take_in_refuses_an_ending_and_keeps_nothing_when_what_it_needs_is_missing(
    town: Town, outcome: dict[str, Any], code: str, field: str
) -> None:
    told = town.take_in(outcome=outcome)
    assert (told.status_code, told.json["code"], list(told.json["fields"])) == (422, code, [field])
    assert town.sql("SELECT count(*) FROM ticket") == [(0,)]


def test_decline_needs_each_grounds_own_fact_and_records_it_when_given(town: Town) -> None:
    earlier = town.number()
    given = [
        {"ground": "emergency", "agency": "120"},
        {"ground": "legal_path", "legal_path": "litigation"},
        {"ground": "in_hand", "related_ticket_no": earlier},
        {"ground": "secret"},
        {"ground": "beyond_duty", "text": "可联系开锁公司"},
        {"ground": "unlawful", "text": "不合法"},
    ]
    for body in given:
        number = town.number(**VAGUE)
        assert act(town, number, "decline", body).json["state"] == "declined"
        event = town.call("GET", f"/tickets/{number}/events").json["events"][-1]
        assert (event["type"], event["data"]["ground"]) == ("ticket.declined", body["ground"])
        assert "可联系" not in str(event["data"])
    assert town.sql("SELECT count(*) FROM ending WHERE related_ticket_id IS NOT NULL") == [(1,)]


def test_decline_is_refused_when_the_related_ticket_is_unknown_or_itself(town: Town) -> None:
    number = town.number(**VAGUE)
    missing = act(town, number, "decline", {"ground": "in_hand", "related_ticket_no": "20261102-9999999"})
    itself = act(town, number, "decline", {"ground": "in_hand", "related_ticket_no": number})
    assert (missing.status_code, itself.json["code"]) == (404, "outcome.related_itself")


def test_end_is_refused_when_the_ticket_is_with_a_unit_already(town: Town) -> None:
    number = town.number()
    for verb, body in (("decline", {"ground": "secret"}), ("invalidate", {"ground": "test"})):
        told = act(town, number, verb, body)
        assert (told.status_code, told.json["code"]) == (409, "ticket.not_waiting")


def test_answer_cites_the_articles_in_force_when_it_rests_on_them(town: Town) -> None:
    number = town.number(**QUESTION, place_code=None)
    told = act(town, number, "answer", {"text": "可以", "articles": [987654]})
    assert told.json["code"] in {"knowledge.unknown", "ticket.not_waiting"}
    assert "ticket.answered" not in types(town, number)


def test_restore_sends_back_to_the_dispatchers_when_a_supervisor_reverses(town: Town) -> None:
    number = town.number(outcome={"kind": "invalid", "ground": "no_matter"})
    assert act(town, number, "restore", {"reason": "确有诉求"}).status_code == 403
    told = act(town, number, "restore", {"reason": "确有诉求"}, role="city_supervisor")
    assert told.json["state"] == "awaiting_dispatch"
    assert act(town, number, "dispatch", {"unit_code": "110001"}).json["state"] == "dispatched"
    assert town.sql("SELECT reversed_at IS NOT NULL FROM ending") == [(True,)]
    again = act(town, number, "restore", {"reason": "再来"}, role="city_supervisor")
    assert again.json["code"] == "ticket.not_restorable"


def test_units_may_not_end_a_ticket_when_it_is_theirs(town: Town) -> None:
    number = town.number()
    for verb, body in (("withdraw", {"reason": "x"}), ("invalidate", {"ground": "test"})):
        told = town.call("POST", f"/tickets/{number}/{verb}", body, role="unit_officer", unit="110001")
        assert told.status_code == 403
