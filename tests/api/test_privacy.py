"""The reporter's name and number leave by one door only: the logged look."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dispatch.kernel.logging import configure_logging
from dispatch.kernel.route_rules import routes
from tests.api.conftest import COMPLAINT, Town
from tests.api.test_rights import PARAMETER, home_of
from tests.api.test_verbs import run_sweep

NAME, PHONE = "欧阳小明", "13800138000"
WORDS = f"东区柳荫街道垃圾堆积，我是{NAME}，电话{PHONE}，座机010-65001234，身份证11010119900307123X"
SECRETS = (NAME, PHONE, "65001234", "11010119900307123X")
BODIES = {
    "tickets": COMPLAINT | {"reporter": {"name": NAME, "phone": PHONE}, "unit_code": "nowhere"},
    "complete": {"answer": f"已电话{PHONE}答复{NAME}"},
    "suggest": {"kind": "help", "title": "柳荫街道", "text": WORDS},
    "calls": {"number": PHONE, "rang_at": "2026-11-02T09:00:00+08:00"},
}


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_answers_hold_no_name_and_no_number_when_any_role_asks_any_route(town: Town) -> None:
    number = town.number(title=f"柳荫街道{NAME}反映垃圾", text=WORDS, address=f"柳荫街道{NAME}家")
    town.clock.advance(timedelta(days=30))
    run_sweep(town)
    found = {}
    for role in (
        "unit_officer",
        "unit_head",
        "district_supervisor",
        "operator",
        "follow_up_agent",
        "evaluator",
        "adjudicator",
    ):
        for path, _endpoint, method, _rule in routes(town.app):
            if not path.startswith("/api/v1/") or path.endswith("/contact"):
                continue
            place = PARAMETER.sub(number, path).removeprefix("/api/v1")
            body = next((body for name, body in BODIES.items() if name in place.rpartition("tickets/")[2]), {})
            answer = town.call(
                method, place, None if method == "GET" else body, role=role, unit=home_of(role), Idempotency_Key="k"
            )
            if leaks(answer.text) or leaks(str(answer.headers)):
                found[f"{role} {method} {path}"] = leaks(answer.text)
    assert found == {}


def test_list_titles_are_screened_when_the_reporter_is_named_in_them(town: Town) -> None:
    town.number(title=f"柳荫街道{NAME}{PHONE}反映垃圾")
    items = town.call("GET", "/worklist", role="unit_officer", unit="110001").json["items"]
    assert items[0]["title"].startswith("柳荫街道欧***138")
    assert leaks(json.dumps(items, ensure_ascii=False)) == []


def test_reporter_is_masked_when_shown(town: Town) -> None:
    page = town.call("GET", f"/tickets/{town.number()}", role="unit_officer", unit="110001").json
    assert page["reporter"] == {"name": "欧***", "phone": "138****8000"}


def test_number_is_shown_and_logged_when_the_lead_gives_a_purpose(town: Town) -> None:
    number = town.number()
    shown = town.call("POST", f"/tickets/{number}/contact", {"purpose": "核实地点"}, role="unit_officer", unit="110001")
    assert (shown.json["name"], shown.json["phone"]) == (NAME, f"+86{PHONE}")
    assert shown.json["until"] == "2026-11-02T09:10:00+08:00"
    assert shown.headers["Cache-Control"] == "no-store"
    look = "SELECT actor LIKE 'account:%', purpose, unit_id IS NOT NULL, shown_until - at FROM identity_look"
    assert town.sql(look) == [(True, "核实地点", True, timedelta(minutes=10))]


def test_contact_is_refused_when_purpose_is_missing(town: Town) -> None:
    answer = town.call(
        "POST", f"/tickets/{town.number()}/contact", {"purpose": " "}, role="unit_officer", unit="110001"
    )
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["purpose"])
    assert town.sql("SELECT count(*) FROM identity_look") == [(0,)]


def test_contact_is_refused_when_the_reporter_asked_for_confidence(town: Town) -> None:
    number = town.number(is_confidential=True)
    answer = town.call("POST", f"/tickets/{number}/contact", {"purpose": "核实"}, role="unit_officer", unit="110001")
    assert (answer.status_code, answer.json["code"]) == (403, "contact.confidential")
    page = town.call("GET", f"/tickets/{number}", role="unit_officer", unit="110001").json
    assert page["reporter"] == {"name": "保密", "phone": None}


def test_logs_hold_no_name_and_no_number_when_requests_pass_and_fail(
    town: Town, config, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging(config)
    number = town.number(title=f"{NAME}{PHONE}", text=WORDS, address=f"{NAME}家")
    town.take_in(text=WORDS, unit_code="nowhere")
    town.take_in(text=WORDS + "\x00")
    town.call("GET", f"/tickets/{PHONE}?name={NAME}")
    town.call("PUT", f"/calls/{PHONE}", {"number": PHONE})
    town.call("POST", f"/tickets/{number}/contact", {"purpose": WORDS}, role="unit_officer", unit="110001")
    town.sql("ALTER TABLE text_entry RENAME TO away")
    assert town.take_in(text=WORDS).status_code == 500
    written = "".join(capfd.readouterr())
    assert written.count('"event": "request"') >= 7
    assert leaks(written) == []


def test_database_holds_identity_only_sealed_when_a_matter_is_taken_in(town: Town) -> None:
    town.number()
    town.call("PUT", "/calls/c1", {"number": PHONE})
    for table in town.row_counts():
        rows = str(town.sql(f'SELECT * FROM "{table}"'))
        assert PHONE not in rows, table
        assert NAME not in rows, table
