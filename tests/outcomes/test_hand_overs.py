"""110, 119, 120 and 122, both ways."""

from __future__ import annotations

from tests.api.conftest import Town
from tests.outcomes.test_endings import VAGUE, act, types


def test_transfer_waits_for_the_receipt_and_keeps_it_when_the_service_takes_it(town: Town) -> None:
    number = town.number(**VAGUE)
    assert act(town, number, "transfer", {"agency": "119"}).json["state"] == "transferred"
    assert town.sql("SELECT agency, state, receipt FROM hand_over") == [("119", "sent", None)]
    assert act(town, number, "transfer-received", {"receipt": "F-2026-77"}).json["state"] == "transferred"
    assert town.sql("SELECT agency, state, receipt FROM hand_over") == [("119", "received", "F-2026-77")]
    again = act(town, number, "transfer-received", {"receipt": "F-2026-78"})
    assert (again.status_code, again.json["code"]) == (409, "hand_over.illegal_move")
    assert "F-2026-77" not in str(town.call("GET", f"/tickets/{number}/events").json)


def test_transfer_comes_back_to_the_dispatchers_when_the_service_refuses(town: Town) -> None:
    number = town.number(outcome={"kind": "transferred", "agency": "120"})
    assert act(town, number, "transfer-refused", {"reason": ""}).status_code == 422
    assert act(town, number, "transfer-refused", {"reason": "没有伤者"}).json["state"] == "awaiting_dispatch"
    assert act(town, number, "transfer", {"agency": "110", "receipt": "P1"}).json["state"] == "transferred"
    rows = town.sql("SELECT number, agency, state FROM hand_over ORDER BY number")
    assert rows == [(1, "120", "refused"), (2, "110", "received")]
    assert types(town, number) == [
        "ticket.received",
        "ticket.transferred",
        "ticket.transfer_refused",
        "ticket.transferred",
    ]


def test_transfer_answer_is_refused_when_nothing_was_handed_over(town: Town) -> None:
    number = town.number(**VAGUE)
    told = act(town, number, "transfer-received", {"receipt": "1"})
    assert (told.status_code, told.json["code"]) == (409, "hand_over.none_open")


def test_take_in_answers_with_our_number_when_a_service_hands_a_matter_to_us(town: Town) -> None:
    given = {"agency": "110", "receipt": "J-1"}
    told = town.take_in(channel="transfer", handed_in=given)
    assert (told.status_code, told.json["state"]) == (201, "dispatched")
    number = told.json["ticket_no"]
    assert types(town, number) == ["ticket.received", "ticket.handed_in", "ticket.dispatched"]
    assert told.headers["ETag"] == '"3"'
    again = town.take_in(channel="transfer", handed_in=given)
    assert (again.status_code, again.json["code"]) == (409, "hand_over.known")
    assert again.json["details"]["ticket_no"] == number
    assert town.take_in(channel="transfer", handed_in={"agency": "119", "receipt": "J-1"}).status_code == 201
