"""Missed calls over the API, by operators alone."""

from __future__ import annotations

from tests.api.conftest import Town


def test_missed_call_is_listed_masked_taken_and_ended_when_an_operator_works_it(town: Town) -> None:
    facts = {"number": "13900001111", "rang_at": "2026-11-02T08:59:00+08:00", "ended_at": "2026-11-02T08:59:30+08:00"}
    assert town.call("PUT", "/calls/c1", facts).status_code == 200
    (entry,) = town.call("GET", "/missed-calls").json["items"]
    assert (entry["number"], entry["calls"], entry["is_taken"]) == ("139****1111", 1, False)
    assert town.call("GET", "/missed-calls", role="city_supervisor").status_code == 403
    held = town.call("POST", f"/missed-calls/{entry['missed_call_id']}/take").json
    assert held["number"] == "+8613900001111"
    path = f"/call-backs/{held['call_back_id']}/outcome"
    assert town.call("POST", path, {"outcome": "maybe"}).status_code == 422
    assert town.call("POST", path, {"outcome": "wrong_number"}).status_code == 200
    assert town.call("POST", path, {"outcome": "reached"}).json["code"] == "call_back.over"
    assert town.call("GET", "/missed-calls").json["items"] == []
    assert town.call("POST", "/missed-calls/99999/take").status_code == 404
