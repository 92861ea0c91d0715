"""会商 over HTTP: who is asked, who may read, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.limits.policy import shipped_text
from dispatch.limits.sweep import sweep
from dispatch.policies.services import put
from tests.api.conftest import MONDAY, Town

OFFICER = {"role": "unit_officer", "unit": "110001"}
SECOND = {"role": "unit_officer", "unit": "110002"}
THIRD = {"role": "unit_officer", "unit": "E-01"}
STRANGER = {"role": "unit_officer", "unit": "120001"}
ASKED: dict[str, Any] = {"unit_codes": ["110002", "E-01"], "question": "这处管井由谁维护？"}


def post(town: Town, number: str, verb: str, body: Any, **who: str) -> Any:
    return town.call("POST", f"/tickets/{number}/{verb}", body, **(who or {"role": "adjudicator"}))


def disputed(town: Town) -> str:
    number = town.number()
    assert (
        post(town, number, "dispute", {"ground": "unclear_ownership", "reason": "权属不清"}, **OFFICER).status_code
        == 200
    )
    return number


def consulted(town: Town, **changes: Any) -> str:
    number = disputed(town)
    answer = post(town, number, "consult", ASKED | changes)
    assert answer.status_code == 200, answer.text
    return number


def test_consulted_unit_reads_the_matter_and_answers_when_it_is_no_part_of_the_ticket(town: Town) -> None:
    number = consulted(town)
    seen = town.call("GET", f"/tickets/{number}/consultation", **SECOND)
    assert seen.status_code == 200, seen.text
    assert seen.json["words"]["title"] == "柳荫街道垃圾没人清运"
    assert [party["unit"]["code"] for party in seen.json["parties"]] == ["110001", "110002", "E-01"]
    assert town.call("GET", f"/tickets/{number}", **SECOND).status_code == 404, "the whole ticket stays closed"
    for who, stance in ((SECOND, "not_mine"), (THIRD, "mine"), (OFFICER, "support")):
        assert post(town, number, "position", {"words": "意见", "stance": stance}, **who).status_code == 200
    last = post(town, number, "position", {"words": "请补充图纸"}, role="adjudicator").json
    assert [(said["unit"] or {}).get("code") for said in last["thread"]] == [None, "110002", "E-01", "110001", None]
    assert [said["stance"] for said in last["thread"]] == [None, "not_mine", "mine", "support", None]
    assert all(party["answered_at"] for party in last["parties"])
    events = town.call("GET", f"/tickets/{number}/events", role="evaluator").json["events"]
    assert [one["type"] for one in events].count("dispute.discussed") == 4


def test_thread_is_nothing_to_others_when_they_ask(town: Town) -> None:
    number = consulted(town)
    assert town.call("GET", f"/tickets/{number}/consultation", **STRANGER).status_code == 404
    assert post(town, number, "position", {"words": "意见", "stance": "mine"}, **STRANGER).status_code == 404
    assert town.call("GET", f"/tickets/{number}/consultation", role="evaluator").status_code == 403
    assert post(town, number, "consult", ASKED, **OFFICER).status_code == 403
    quiet = disputed(town)
    assert town.call("GET", f"/tickets/{quiet}/consultation", role="adjudicator").status_code == 404
    page = town.call("GET", f"/tickets/{number}", role="evaluator").json
    assert "consultation" not in page["words"], "positions are for those who take part"


def test_named_unit_is_ruled_to_lead_when_the_thread_shows_it(town: Town) -> None:
    number = consulted(town)
    ruled = post(town, number, "rule", {"ruling": "designated", "unit_code": "E-01", "reason": "会商一致"})
    assert ruled.json["state"] == "dispatched"
    assert town.call("GET", f"/tickets/{number}", **THIRD).json["unit"]["code"] == "E-01"
    late = post(town, number, "position", {"words": "意见", "stance": "mine"}, **SECOND)
    assert (late.status_code, late.json["code"]) == (409, "dispute.none_open")
    assert town.call("GET", f"/tickets/{number}/consultation", **SECOND).json["ruling"] == "designated"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit_codes": ["nowhere"]}, "unit.unknown"),
        ({"unit_codes": ["110001"]}, "dispute.nobody_to_consult"),
        ({"until": "2026-11-30T09:00:00+08:00"}, "dispute.until_beyond_ruling"),
        ({"until": "2026-11-02T09:00:00+08:00"}, "dispute.until_beyond_ruling"),
    ],
)
def test_consult_is_refused_when_nobody_fits_or_it_ends_after_the_ruling(
    town: Town, changes: dict[str, Any], code: str
) -> None:
    answer = post(town, disputed(town), "consult", ASKED | changes)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_position_is_refused_when_it_says_nothing_or_comes_late(town: Town) -> None:
    number = consulted(town, until="2026-11-02T10:00:00+08:00")
    without = post(town, number, "position", {"words": "意见"}, **SECOND)
    assert (without.status_code, without.json["code"]) == (422, "dispute.unknown_stance")
    town.clock.advance(timedelta(hours=1))
    assert post(town, number, "position", {"words": "意见", "stance": "mine"}, **SECOND).status_code == 200
    town.clock.advance(timedelta(microseconds=1))
    late = post(town, number, "position", {"words": "意见", "stance": "mine"}, **THIRD)
    assert (late.status_code, late.json["code"]) == (409, "dispute.consultation_over")


def longer() -> str:
    """The shipped policy, with three working days for a ruling after a consultation."""
    return shipped_text().replace('ruling = "1wd"', 'ruling = "1wd"\nconsultation = "3wd"')


def test_silence_waits_for_the_longer_limit_when_the_policy_gives_consultations_one(
    town: Town,
) -> None:
    with town.app.app_context(), transaction() as session:
        put(session, longer(), effective_from=MONDAY, actor="account:1", at=MONDAY)
    number = consulted(town)
    queue = town.call("GET", "/disputes", role="adjudicator").json["items"]
    assert [item["ruling_due_at"] for item in queue] == ["2026-11-06T00:00:00+08:00"], "Thursday 24:00"
    for at, state in ((MONDAY + timedelta(days=3), "dispatched"), (MONDAY + timedelta(days=4), "awaiting_dispatch")):
        town.clock.set(at)
        with town.app.app_context(), transaction() as session:
            sweep(session, at, reference=reference(session, at), limit=100)
        assert town.call("GET", f"/tickets/{number}", role="evaluator").json["state"] == state


def test_proposal_is_decided_by_those_who_may_when_it_was_made_by_a_ruling(town: Town) -> None:
    number = disputed(town)
    body = {"ruling": "upheld", "unit_code": "110002", "reason": "属桥头镇", "proposes": True}
    assert post(town, number, "rule", body).status_code == 200
    listed = town.call("GET", "/catalogue-proposals?state=proposed", role="city_supervisor").json["items"]
    assert [(one["ticket_no"], one["unit"]["code"]) for one in listed] == [(number, "110002")]
    path = f"/catalogue-proposals/{listed[0]['proposal_id']}/decide"
    assert town.call("POST", path, {"is_accepted": True}, role="adjudicator").status_code == 403
    done = town.call("POST", path, {"is_accepted": True}, role="city_supervisor")
    assert (done.status_code, done.json["state"]) == (200, "accepted")
    again = town.call("POST", path, {"is_accepted": False}, role="system_admin")
    assert (again.status_code, again.json["code"]) == (409, "proposal.decided")


def test_accuracy_is_told_with_its_counts_when_asked_for_a_span(town: Town) -> None:
    number = disputed(town)
    town.number()
    post(town, number, "rule", {"ruling": "upheld", "unit_code": "110002", "reason": "属桥头镇"})
    span = "start=2026-11-02T00:00:00%2B08:00&end=2026-11-03T00:00:00%2B08:00"
    told = town.call("GET", f"/dispatch-accuracy?{span}", role="city_supervisor").json
    assert (told["city"]["dispatched"], told["city"]["returned"], told["city"]["percent"]) == (2, 1, "50.00")
    assert town.call("GET", f"/dispatch-accuracy?{span}", **OFFICER).status_code == 403
