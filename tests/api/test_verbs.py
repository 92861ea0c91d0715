"""A ticket's life over HTTP, and versions that stop whoever comes late."""

from __future__ import annotations

from datetime import timedelta

from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.limits.sweep import sweep
from tests.api.conftest import Town
from tests.town import TOWN

OFFICER = {"role": "unit_officer", "unit": "110001"}


def run_sweep(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        sweep(session, town.clock.now(), reference=reference(session, town.clock.now()), limit=100)


def post(town: Town, number: str, verb: str, body: object = None, **who: str) -> object:
    return town.call("POST", f"/tickets/{number}/{verb}", body, **(who or OFFICER))


def test_ticket_goes_from_intake_to_closed_when_each_does_their_part(town: Town) -> None:
    number = town.number()
    assert post(town, number, "acknowledge").json["state"] == "acknowledged"
    town.clock.advance(timedelta(hours=1))
    assert post(town, number, "first-contact", {}).status_code == 200
    assert post(town, number, "complete", {"answer": "已清运。", "is_explained": False}).json["state"] == "completed"
    town.clock.advance(timedelta(days=30))
    run_sweep(town)
    queue = town.call("GET", "/follow-ups", role="follow_up_agent").json["items"]
    assert [item["ticket_no"] for item in queue] == [number]
    answers = {"outcome": "reached", "contacted": True, "solved": "yes", "satisfaction": "satisfied", "words": "满意"}
    done = post(town, number, "follow-ups/attempts", answers, role="follow_up_agent")
    assert done.json["state"] == "closed"
    page = town.call("GET", f"/tickets/{number}", role="evaluator").json
    assert page["follow_up"]["solved"] == "yes"
    assert page["words"]["answer"] == "已清运。"
    assert page["version"] == done.json["version"]
    events = town.call("GET", f"/tickets/{number}/events", role="evaluator").json["events"]
    assert [event["number"] for event in events] == list(range(1, page["version"] + 1))
    assert events[-1]["type"] == "ticket.closed"


def test_dispute_is_ruled_when_the_unit_is_wrong(town: Town) -> None:
    number = town.number()
    ground = {"ground": "outside_area", "reason": "在桥头镇辖区"}
    assert post(town, number, "dispute", ground).status_code == 200
    ruling = {"ruling": "upheld", "unit_code": "110002", "reason": "核实"}
    assert post(town, number, "rule", ruling, role="adjudicator").json["state"] == "dispatched"
    page = town.call("GET", f"/tickets/{number}").json
    assert page["unit"]["code"] == "110002"
    assert page["returns"] == 1
    assert post(town, number, "acknowledge").status_code == 404


def test_ruling_by_silence_is_no_choice_when_a_person_rules(town: Town) -> None:
    answer = post(town, town.number(), "rule", {"ruling": "silence", "reason": "x"}, role="adjudicator")
    assert answer.status_code == 422
    assert "ruling" in answer.json["fields"]


def test_waiting_ticket_is_dispatched_when_a_person_decides(town: Town) -> None:
    taken = town.take_in(title="有件事", text="想反映一件事情", address="")
    assert taken.json["state"] == "awaiting_dispatch"
    assert taken.json["unit"] is None
    assert taken.json["due_at"] is None
    number = taken.json["ticket_no"]
    done = post(town, number, "dispatch", {"unit_code": "110002"}, role="operator")
    assert done.json["state"] == "dispatched"
    unknown = post(town, number, "dispatch", {"unit_code": "nowhere"}, role="operator")
    assert (unknown.status_code, list(unknown.json["fields"])) == (422, ["unit_code"])


def test_verb_is_refused_when_state_does_not_allow_it(town: Town) -> None:
    number = town.number()
    answer = post(town, number, "complete", {"answer": "已清运"})
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert post(town, number, "acknowledge").status_code == 200
    assert post(town, number, "acknowledge").status_code == 409


def test_verb_is_refused_when_somebody_was_quicker(town: Town) -> None:
    number = town.number()
    read = town.call("GET", f"/tickets/{number}", **OFFICER).headers["ETag"]
    first = town.call("POST", f"/tickets/{number}/acknowledge", **OFFICER, If_Match=read)
    assert first.status_code == 200
    late = town.call("POST", f"/tickets/{number}/complete", {"answer": "已清运"}, **OFFICER, If_Match=read)
    assert (late.status_code, late.json["code"]) == (412, "ticket.changed")
    fresh = town.call(
        "POST", f"/tickets/{number}/complete", {"answer": "好"}, **OFFICER, If_Match=first.headers["ETag"]
    )
    assert fresh.status_code == 200


def test_version_of_new_ticket_is_the_one_read_when_asked_again(town: Town) -> None:
    taken = town.take_in()
    read = town.call("GET", f"/tickets/{taken.json['ticket_no']}")
    assert taken.headers["ETag"] == read.headers["ETag"]
    again = town.call("GET", f"/tickets/{taken.json['ticket_no']}", If_None_Match=read.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_suggestion_equals_what_intake_decides_when_followed(town: Town) -> None:
    matter = {"kind": "complaint", "title": "柳荫街道垃圾没人清运", "text": "东区柳荫街道楼下垃圾堆积"}
    seen = town.call("POST", "/suggest", matter).json
    taken = town.take_in(matter).json
    assert {name: taken[name] for name in seen} == seen


def test_suggestion_promises_no_time_when_a_person_must_decide(town: Town) -> None:
    seen = town.call("POST", "/suggest", {"kind": "help", "title": "有件事", "text": "想反映一件事情"}).json
    assert (seen["unit"], seen["due_at"]) == (None, None)


def test_units_are_listed_by_page_when_asked(town: Town) -> None:
    page = town.call("GET", "/units?limit=2").json
    assert [item["code"] for item in page["items"]] == ["100000", "110"]
    rest = town.call("GET", f"/units?after={page['next']}").json
    assert len(rest["items"]) == len(TOWN) - 2
    assert rest["next"] is None
    below = town.call("GET", "/units?parent_code=110&kind=township&name=柳").json["items"]
    assert below == [
        {"code": "110001", "name": "柳荫街道", "kind": "township", "parent_code": "110", "population": None}
    ]
