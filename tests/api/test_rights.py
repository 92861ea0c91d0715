"""Who may do what over HTTP: role × endpoint from the permission table, unit × another unit's ticket."""

from __future__ import annotations

import re

import pytest

from dispatch.access import permissions
from dispatch.kernel.route_rules import routes
from tests.api.conftest import Town

PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
UNIT_ROLES = sorted(permissions.UNIT_ROLES)
VERBS = {
    "acknowledge": {},
    "first-contact": {},
    "complete": {"answer": "已清运"},
    "dispute": {"ground": "outside_duty", "reason": "非本单位职责"},
    "contact": {"purpose": "核实地点"},
}


def home_of(role: str) -> str | None:
    """The unit of a person with this role; hotline people have none."""
    return "110001" if role in permissions.UNIT_ROLES else None


@pytest.mark.parametrize("role", sorted(permissions.permissions_by_role()))
def test_role_is_let_in_exactly_when_it_holds_the_permission(town: Town, role: str) -> None:
    number = town.number()
    held = permissions.permissions_of([role])
    wrong = {}
    for path, _endpoint, method, rule in routes(town.app):
        if not path.startswith("/api/v1/") or rule is None or rule.public_because:
            continue
        filled = PARAMETER.sub(lambda found: "1" if found[1] == "int" else number, path)
        place = filled.removeprefix("/api/v1")
        answer = town.call(method, place, {} if method != "GET" else None, role=role, unit=home_of(role))
        is_stopped = answer.status_code == 403 and answer.json["code"] == "access.forbidden"
        if is_stopped == (not rule.permissions or bool(held.intersection(rule.permissions))):
            wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


def test_call_asks_for_log_in_when_nobody_is_known(town: Town) -> None:
    for path, _endpoint, method, rule in routes(town.app):
        if path.startswith("/api/v1/") and rule and not rule.public_because:
            answer = town.app.test_client().open(PARAMETER.sub("1", path), method=method, json={})
            assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), path


@pytest.mark.parametrize("unit", ["110002", "120001", "120", "E-01"])
def test_foreign_ticket_looks_like_none_when_a_unit_asks(town: Town, unit: str) -> None:
    foreign, missing = town.number(), "20261102-7654321"
    for role in ("unit_officer", "unit_head"):
        for method, path, body in [
            ("GET", "", None),
            ("GET", "/events", None),
            *(("POST", f"/{verb}", body) for verb, body in VERBS.items()),
        ]:
            answers = [
                town.call(method, f"/tickets/{number}{path}", body, role=role, unit=unit)
                for number in (foreign, missing)
            ]
            assert [answer.status_code for answer in answers] == [404, 404], path
            told = [{**answer.json, "request_id": ""} for answer in answers]
            assert told[0] == told[1]
    assert town.sql("SELECT count(*) FROM identity_look") == [(0,)]


def test_ticket_is_seen_but_not_handled_when_only_the_copy_is_ours(town: Town) -> None:
    """The district may read what was sent to an enterprise in it only if it got the copy; a township's above and below may."""
    number = town.number()
    for unit in ("110001", "110"):
        assert town.call("GET", f"/tickets/{number}", role="unit_officer", unit=unit).status_code == 200
    community = town.call("GET", f"/tickets/{number}", role="unit_officer", unit="110001001")
    assert community.status_code == 404


def test_district_acts_for_a_township_when_it_leads_below(town: Town) -> None:
    number = town.number()
    answer = town.call("POST", f"/tickets/{number}/acknowledge", role="unit_head", unit="110")
    assert (answer.status_code, answer.json["state"]) == (200, "acknowledged")


def test_verb_is_refused_when_the_unit_only_watches(town: Town) -> None:
    """After an upheld dispute the charged unit may still look, but no longer act or learn who called."""
    number = town.number()
    town.sql("UPDATE ticket SET charged_unit_id = (SELECT unit_id FROM unit WHERE code = '120001')")
    assert town.call("GET", f"/tickets/{number}", role="unit_officer", unit="120001").status_code == 200
    for verb, code in [("acknowledge", "ticket.not_lead"), ("contact", "contact.not_holding")]:
        answer = town.call("POST", f"/tickets/{number}/{verb}", VERBS[verb], role="unit_officer", unit="120001")
        assert (answer.status_code, answer.json["code"]) == (403, code)
    assert town.sql("SELECT count(*) FROM identity_look") == [(0,)]


def test_worklist_holds_own_tickets_only_when_a_unit_asks(town: Town) -> None:
    number = town.number()

    def listed(unit: str) -> list[str]:
        answer = town.call("GET", "/worklist", role="unit_officer", unit=unit)
        return [item["ticket_no"] for item in answer.json["items"]]

    assert (listed("110001"), listed("110"), listed("110002"), listed("120")) == ([number], [number], [], [])


def test_worklist_pages_hold_each_ticket_once_when_followed(town: Town) -> None:
    numbers = {town.number() for _ in range(5)}
    seen: list[str] = []
    path = "/worklist?limit=2"
    while path:
        page = town.call("GET", path, role="unit_officer", unit="110001").json
        seen += [item["ticket_no"] for item in page["items"]]
        path = f"/worklist?limit=2&after={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(numbers)
