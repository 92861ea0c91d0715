"""``/api/v1/policies`` as a client meets it."""

from __future__ import annotations

from dispatch.kernel.db import transaction
from dispatch.limits.policy import shipped_text
from dispatch.policies import services
from dispatch.policies.report import COLUMNS
from tests.api.conftest import MONDAY, Town, app, clock, town
from tests.policies.words import file, ordinary

__all__ = ["app", "clock", "town"]

DECEMBER = "2026-12-01T00:00:00+08:00"


def load(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        services.load_shipped_policy(session, at=MONDAY)


def test_put_read_and_withdraw_when_one_may_edit(town: Town) -> None:
    load(town)
    text = file(ordinary("5wd"))
    made = town.call("POST", "/policies", {"text": text, "effective_from": DECEMBER}, role="system_admin")
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == "/api/v1/policies/2"
    assert (made.json["state"], made.json["effective_from"]) == ("coming", DECEMBER)
    listed = town.call("GET", "/policies", role="evaluator").json["items"]
    assert [(one["number"], one["state"], one["effective_from"]) for one in listed] == [
        (2, "coming", DECEMBER),
        (1, "in_force", None),
    ]
    assert town.call("GET", "/policies/2", role="evaluator").json["text"] == text
    assert town.call("GET", "/policies/1", role="evaluator").json["text"] == shipped_text()
    assert town.call("POST", "/policies/1/withdraw", role="system_admin").json["code"] == "policy.in_force"
    taken = town.call("POST", "/policies/2/withdraw", role="system_admin")
    assert (taken.status_code, taken.json["state"]) == (200, "withdrawn")
    assert town.call("POST", "/policies/2/withdraw", role="system_admin").status_code == 409


def test_say_why_when_a_policy_is_refused(town: Town) -> None:
    load(town)

    def refused(text: str, since: str = DECEMBER) -> tuple[int, str]:
        answer = town.call("POST", "/policies", {"text": text, "effective_from": since}, role="system_admin")
        assert answer.mimetype == "application/problem+json"
        return answer.status_code, answer.json["code"]

    assert refused(file(), "2026-11-01T00:00:00+08:00") == (422, "policy.in_the_past")
    assert refused(shipped_text()) == (409, "policy.same")
    assert refused("limit = [") == (422, "policy.unreadable")
    assert refused(file(), "2026-12-01T00:00:00") == (422, "request.invalid")
    assert refused("name = '\ud800'") == (422, "request.invalid")
    assert town.call("GET", "/policies/77", role="evaluator").status_code == 404
    assert town.call("POST", "/policies/77777777777777777777/withdraw", role="system_admin").status_code == 404


def test_name_every_wrong_key_when_a_text_is_checked(town: Town) -> None:
    assert town.call("POST", "/policies/check", {"text": file()}, role="evaluator").json == {"problems": []}
    text = file(ordinary("7x"), ("long_hours = 72", "longer = 72"))
    found = town.call("POST", "/policies/check", {"text": text}, role="evaluator").json["problems"]
    assert {one.partition("：")[0] for one in found} == {"limit[1].limit", "cards.longer", "cards.long_hours"}


def test_count_by_unit_when_a_text_is_simulated(town: Town) -> None:
    town.number()
    town.clock.set(MONDAY.replace(day=6))
    span = {"since": "2026-11-01T00:00:00+08:00", "until": DECEMBER}
    answer = town.call("POST", "/policies/simulate", {"text": file(ordinary("3nd")), **span}, role="system_admin")
    assert answer.status_code == 200, answer.text
    (unit, total) = answer.json["lines"]
    assert set(unit) == set(COLUMNS)
    assert (unit["unit_code"], unit["late_before"], unit["late_after"], unit["open_late"]) == ("110001", 0, 1, 1)
    assert total | {"unit_code": "", "unit_name": ""} == unit | {"unit_code": "", "unit_name": ""}
    back = span | {"until": span["since"]}
    wrong = town.call("POST", "/policies/simulate", {"text": file(), **back}, role="system_admin")
    assert (wrong.status_code, wrong.json["code"]) == (422, "policy.span_reversed")


def test_refuse_whoever_may_not_when_policies_are_changed(town: Town) -> None:
    body = {"text": file(), "effective_from": DECEMBER}
    assert town.call("POST", "/policies", body, role="evaluator").status_code == 403
    assert town.call("POST", "/policies/1/withdraw", role="evaluator").status_code == 403
    simulated = {"text": file(), "since": DECEMBER, "until": DECEMBER}
    assert town.call("POST", "/policies/simulate", simulated, role="evaluator").status_code == 403
    assert town.call("GET", "/policies", role="operator").status_code == 403
    assert town.call("POST", "/policies/check", {"text": ""}, role="operator").status_code == 403
