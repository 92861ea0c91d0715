"""The exchange's events: each counts once, in any order; the call is the answering operator's; who was not answered is missed."""

from __future__ import annotations

from itertools import permutations

from tests.api.conftest import Town

FACTS = "SELECT agent, answered_at IS NOT NULL, ended_at IS NOT NULL, phone_index IS NOT NULL, line FROM call_record"


def tell(town: Town, event: str, call_id: str, **values: object) -> int:
    body = {"event": event, "callId": call_id, "direction": "in", "from": "13800138000", "to": "12345"} | values
    return int(town.call("POST", "/call-events", body).status_code)


def test_each_event_counts_once_when_told_in_any_order_and_twice(town: Town) -> None:
    told = (("newCall", ["wang", "li"]), ("answer", "li"), ("hangup", None))
    for number, order in enumerate(permutations(told)):
        for event, user in (*order, *order):
            assert tell(town, event, f"c{number}", user=user, cause="normalClearing") == 204
    assert town.sql(f"SELECT DISTINCT * FROM ({FACTS}) AS facts") == [("li", True, True, True, "12345")]
    assert town.sql("SELECT count(*) FROM call_record") == [(6,)]


def test_the_call_is_the_answering_operators_and_rings_without_a_number(town: Town) -> None:
    assert tell(town, "newCall", "one", user="wang", **{"from": "anonymous"}) == 204
    assert town.sql(FACTS) == [("wang", False, False, False, "12345")]
    assert tell(town, "answer", "one", user="li", to="8001", **{"from": ""}) == 204
    assert town.sql(FACTS) == [("li", True, False, False, "12345")]
    assert tell(town, "newCall", "many", user=["wang", "li"]) == 204
    assert town.sql(f"{FACTS} WHERE call_id = 'many'") == [(None, False, False, True, "12345")]
    assert tell(town, "hangup", "many", cause="cancel", queue="night") == 204
    assert town.sql(f"{FACTS} WHERE call_id = 'many'") == [(None, False, True, True, "12345")]
    assert town.call("PUT", "/calls/many", {"recording_reference": "rec/1"}).json["recording_reference"] == "rec/1"
    assert (
        tell(town, "ring", "x") == tell(town, "newCall", "x" * 200) == tell(town, "newCall", "x", direction="up") == 422
    )
    assert town.app.test_client().post("/api/v1/call-events", json={"event": "newCall"}).status_code == 401
