"""Repeats and known incidents by API: found without telling who else called, joined at intake, told once."""

from __future__ import annotations

from tests.api.conftest import Town

OTHER = {"name": "李", "phone": "13900139000"}


def test_repeats_tells_matter_and_progress_but_no_identity_when_asked(town: Town) -> None:
    mine, other = town.number(), town.number(reporter=OTHER)
    town.number(reporter={"phone": "13700137000"}, merge_into=other)
    seen = town.call("GET", f"/tickets/{other}").json
    query = {"phone": "138-0013-8000", "place_code": seen["place"]["code"], "category": seen["category"]}
    answer = town.call("POST", "/repeats", query)
    assert answer.status_code == 200
    found = {one["ticket_no"]: one for one in answer.json["items"]}
    assert found.keys() == {mine, other}
    assert (found[mine]["is_own"], found[other]["is_own"], found[other]["people"]) == (True, False, 2)
    assert "柳荫街道" in found[other]["progress"]
    assert found[other]["can_join"]
    assert "13900139000" not in answer.text
    assert "李" not in answer.text
    logged = town.sql("SELECT purpose FROM identity_look WHERE purpose = 'phone_search'")
    assert len(logged) == 1


def test_repeats_is_closed_to_units_when_they_ask(town: Town) -> None:
    assert town.call("POST", "/repeats", {}, role="unit_officer", unit="110001").status_code == 403


def test_take_in_joins_and_replays_when_the_key_is_sent_again(town: Town) -> None:
    older = town.number()
    first = town.take_in(key="k" * 20, merge_into=older, reporter=OTHER)
    again = town.take_in(key="k" * 20, merge_into=older, reporter=OTHER)
    assert (first.status_code, first.json["merged_into"]) == (201, older)
    assert again.json == first.json
    assert first.headers["ETag"] == again.headers["ETag"] == f'"{first.json["version"]}"'
    shown = town.call("GET", f"/tickets/{older}").json
    assert (shown["people"], [one["ticket_no"] for one in shown["voices"]]) == (2, [first.json["ticket_no"]])


def test_take_in_leaves_nothing_when_the_joined_ticket_is_unknown(town: Town) -> None:
    before = town.row_counts()["ticket"]
    assert town.take_in(merge_into="20261102-9999999").status_code == 404
    assert town.take_in(incident_id=77).json["code"] == "incident.unknown"
    assert town.row_counts()["ticket"] == before


def test_incident_is_opened_attached_and_closed_when_the_hotline_does_it(town: Town) -> None:
    made = town.call("POST", "/incidents", {"title": "柳荫街道停水", "place_code": "110001"}, role="city_supervisor")
    assert made.status_code == 201
    number = made.json["incident_id"]
    ticket_no = town.number(incident_id=number)
    assert town.call("POST", f"/tickets/{ticket_no}/detach-incident", {}).status_code == 200
    assert town.call("POST", f"/tickets/{ticket_no}/attach-incident", {"incident_id": number}).status_code == 200
    said = town.call("POST", f"/incidents/{number}/progress", {"text": "预计20时恢复"})
    assert (said.json["callers"], said.json["is_telling"]) == (1, True)
    assert town.call("POST", f"/incidents/{number}/close", {"text": "已恢复"}).json["closed_at"]
    assert town.call("POST", f"/incidents/{number}/progress", {"text": "再说"}).json["code"] == "incident.closed"
    assert town.call("GET", "/incidents").json["items"][0]["title"] == "柳荫街道停水"
    assert town.call("POST", "/incidents", {"title": "x"}, role="unit_officer", unit="110001").status_code == 403


def test_lead_may_contact_a_merged_caller_when_others_may_not(town: Town) -> None:
    older = town.number()
    voice = town.take_in(merge_into=older, reporter=OTHER).json["ticket_no"]
    body = {"purpose": "核实情况"}
    shown = town.call("POST", f"/tickets/{voice}/contact", body, role="unit_officer", unit="110001")
    assert shown.json["phone"].endswith("13900139000")
    assert town.call("POST", f"/tickets/{voice}/contact", body, role="unit_officer", unit="120001").status_code == 404
