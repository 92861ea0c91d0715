"""Cases over pages and API: from the ticket behind a number to the decision, and what each kind of person is shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access import permissions
from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.exclusions.conftest import Office

PASSWORD = "correct horse battery"
ASKED = {"scheme": "beijing", "period": "2026-11", "group": "township"}


@dataclass
class House:
    """The whole application over the office's town."""

    app: Flask
    office: Office

    def browser(self, role: str, unit: str | None = None) -> FlaskClient:
        client = self.app.test_client()
        login = self._login(role, unit)
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    def call(self, method: str, path: str, role: str, unit: str | None = None, body: Any = None) -> Any:
        login = self._login(role, unit)
        scopes = sorted(permissions.permissions_of([role]))
        with self.app.app_context(), transaction() as session:
            token = access.issue_token(session, login, name="t", scopes=scopes, actor="x:y", at=self.office.desk.at)
        headers = {"Authorization": f"Bearer {token}"}
        return self.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def _login(self, role: str, unit: str | None) -> str:
        login = f"{role}-{unit or 'city'}".replace("_", "-")
        known = self.app.extensions.setdefault("test_logins", {}).setdefault(id(self), set())
        if login not in known:
            known.add(login)
            unit_id = self.office.desk.unit_id(unit) if unit else None
            who = {"login": login, "name": login, "password": PASSWORD, "roles": [role], "unit_id": unit_id}
            with self.app.app_context(), transaction() as session:
                access.create(session, actor="system:test", at=self.office.desk.at - timedelta(minutes=1), **who)
        return login


@pytest.fixture
def house(config: Config, office: Office) -> House:
    office.answered(solved="yes", satisfaction="satisfied")
    office.answered()
    clock = FixedClock(office.desk.at)
    app = whole_app(config, clock=clock, machine_clock=clock)
    app.config["WTF_CSRF_ENABLED"] = False
    return House(app, office)


def number_of(house: House, place: int) -> str:
    return house.office.desk.accepted[place].ticket_no


def test_walk_from_the_number_to_the_decision_when_everybody_uses_the_pages(house: House) -> None:
    officer, evaluator = house.browser("unit_officer", "110001"), house.browser("evaluator")
    supervisor, ticket_no = house.browser("city_supervisor"), number_of(house, 1)
    behind = officer.get("/ranking/110001/tickets", query_string=ASKED | {"part": "unsolved"}).text
    assert f"/exclusions/new?ticket_no={ticket_no}" in behind
    assert "/exclusions/new" not in evaluator.get("/ranking/110001/tickets", query_string=ASKED).text
    assert ticket_no in officer.get(f"/exclusions/new?ticket_no={ticket_no}").text
    sent = {"ticket_no": ticket_no, "sort": "exclusion", "ground": "not_as_reported", "reason": "现场没有 <b>垃圾</b>"}
    bare = officer.post("/exclusions/new", data=sent)
    assert bare.status_code == 422
    assert "须引用至少 1 项" in bare.text
    assert "现场没有 &lt;b&gt;垃圾" in bare.text, "what was typed is still there, and harmless"
    made = officer.post("/exclusions/new", data=sent | {"events": ["1", "2"]})
    assert made.status_code == 303
    place = made.headers["Location"]
    assert 'value="true"' not in officer.get(place).text, "who applied is offered no review"
    assert re.findall(r'data-case="(\d+)"', evaluator.get("/exclusions").text) == [place.rsplit("/", 1)[1]]
    assert re.findall(r"data-case", supervisor.get("/exclusions").text) == [], "not their turn yet"
    assert evaluator.post(f"{place}/first-review", data={"reason": "齐全"}).status_code == 422, "neither button"
    assert evaluator.post(f"{place}/first-review", data={"reason": "齐全", "is_yes": "true"}).status_code == 303
    assert evaluator.post(f"{place}/decision", data={"reason": "x", "is_yes": "true"}).status_code == 403
    assert supervisor.post(f"{place}/decision", data={"reason": "同意", "is_yes": "true"}).status_code == 303
    page = officer.get(place).text
    assert re.findall(r'data-step="(\w+)"', page) == ["applied", "first_passed", "granted"]
    excluded = officer.get("/ranking/110001/tickets", query_string=ASKED | {"part": "excluded"}).text
    assert re.findall(r'data-ticket="([^"]+)"', excluded) == [ticket_no]
    compared = evaluator.get("/ranking/before-and-after", query_string=ASKED).text
    row = compared.split('data-unit="110001"')[1].split("</tr>")[0]
    assert re.findall(r'data-(before|after)="resolution_rate">(?:<strong>)?([\d.]+)', row) == [
        ("before", "50.00"),
        ("after", "100.00"),
    ]


def test_see_nothing_of_a_case_when_it_is_another_units(house: House) -> None:
    ticket_no = number_of(house, 0)
    body = {"ticket_no": ticket_no, "sort": "exclusion", "ground": "harassment", "reason": "已认定", "events": [1]}
    made = house.call("POST", "/exclusions", "unit_head", "110001", body)
    assert made.status_code == 201, made.json
    path = made.headers["Location"].removeprefix("/api/v1")
    assert house.call("GET", path, "unit_head", "110001").json["steps"][0]["reason"] == "已认定"
    for other in ("110002", "120"):
        role = "district_supervisor" if other == "120" else "unit_head"
        assert house.call("GET", path, role, other).status_code == 404
        assert house.call("GET", "/exclusions", role, other).json["items"] == []
        assert house.browser(role, other).get(f"/exclusions/{made.json['case_id']}").status_code == 404
    assert house.call("POST", f"{path}/withdrawal", "unit_head", "110002", {"reason": "x"}).status_code == 404
    assert house.call("GET", path, "district_supervisor", "110").status_code == 200
    assert house.browser("unit_head", "110002").get(f"/exclusions/new?ticket_no={ticket_no}").status_code == 404
    assert house.call("POST", "/exclusions", "unit_head", "110002", body).json["code"] == "ticket.unknown"


def test_do_every_step_by_api_when_a_case_is_decided(house: House) -> None:
    ticket_no = number_of(house, 1)
    body = {"ticket_no": ticket_no, "sort": "exclusion", "ground": "harassment", "reason": "已认定", "events": [1]}
    assert "harassment" in {one["code"] for one in house.call("GET", "/exclusions/grounds", "evaluator").json["items"]}
    path = f"/exclusions/{house.call('POST', '/exclusions', 'unit_officer', '110001', body).json['case_id']}"
    again = house.call("POST", "/exclusions", "unit_officer", "110001", body)
    assert (again.status_code, again.json["code"]) == (409, "exclusion.already_open")
    first = house.call("POST", f"{path}/first-review", "evaluator", None, {"is_passed": True, "reason": "齐全"})
    assert first.json["state"] == "first_passed"
    last = house.call("POST", f"{path}/decision", "city_supervisor", None, {"is_granted": True, "reason": "同意"})
    assert (last.json["state"], last.json["correction_due_at"]) == ("granted", None)
    (item,) = house.call("GET", "/exclusions?state=granted&sort=exclusion", "evaluator").json["items"]
    assert (item["ticket_no"], item["unit_code"]) == (ticket_no, "110001")
    question = "?" + "&".join(f"{name}={word}" for name, word in ASKED.items())
    rows = house.call("GET", f"/rankings/before-and-after{question}", "evaluator").json["rows"]
    mine = next(row for row in rows if row["unit_code"] == "110001")
    assert (mine["excluded"], float(mine["before"]["score"]) < float(mine["after"]["score"])) == (1, True)
    own = house.call("GET", f"/rankings/before-and-after{question}", "unit_officer", "110001").json["rows"]
    assert [row["unit_code"] for row in own] == ["110001"]


def test_refuse_what_is_no_application_when_the_api_is_sent_nonsense(house: House) -> None:
    good = {"ticket_no": number_of(house, 0), "sort": "exclusion", "ground": "harassment", "reason": "x", "events": [1]}
    bad: list[dict[str, Any]] = [
        {"sort": "both"},
        {"events": [0]},
        {"events": [2**63]},
        {"events": list(range(1, 202))},
        {"events": "1"},
        {"reason": "\x00"},
        {"publication_id": -1},
        {"unit": "110001"},
    ]
    for values in bad:
        answer = house.call("POST", "/exclusions", "unit_officer", "110001", good | values)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), values
    assert house.call("GET", f"/exclusions/{10**30}", "evaluator").status_code == 404
    assert house.call("GET", "/exclusions?stat=granted", "evaluator").status_code == 422
    browser = house.browser("evaluator")
    assert browser.get(f"/exclusions/{10**30}").status_code == 404
    assert browser.get("/exclusions?scope=%00&sort=x&ground=y&before=-1").status_code == 200
    officer = house.browser("unit_officer", "110001")
    for form in ({}, {"sort": "\x00", "ticket_no": "\x00"}, good | {"events": "x", "reason": "\x00"}):
        assert officer.post("/exclusions/new", data=form).status_code in {404, 422}


def test_list_what_was_imported_as_excluded_as_closed_cases(house: House) -> None:
    imported = text("UPDATE ticket SET is_excluded = true, is_imported = true WHERE ticket_no = :number")
    house.office.desk.run(lambda session: session.execute(imported, {"number": number_of(house, 0)}))
    page = house.browser("evaluator").get("/exclusions/imported").text
    assert re.findall(r'data-ticket="([^"]+)"', page) == [number_of(house, 0)]
    (item,) = house.call("GET", "/exclusions/imported", "unit_head", "110001").json["items"]
    assert (item["ticket_no"], item["ground"]) == (number_of(house, 0), "imported")
    assert house.call("GET", "/exclusions/imported", "unit_head", "110002").json["items"] == []


def test_show_intervals_and_funnel_beside_the_rank_when_asked_for(house: House) -> None:
    browser = house.browser("evaluator")
    assert "data-interval" not in browser.get("/ranking", query_string=ASKED).text
    page = browser.get("/ranking", query_string=ASKED | {"intervals": "1"}).text
    assert re.findall(r"data-interval>([^<]+)", page)[0] == "1–1"
    question = "?" + "&".join(f"{name}={word}" for name, word in ASKED.items())
    found = house.call("GET", f"/rankings/intervals{question}", "evaluator").json
    assert found["rows"] == [{"unit_code": "110001", "rank": 1, "best": 1, "worst": 1}]
    assert house.call("GET", f"/rankings/intervals{question}", "evaluator").json == found
    funnel = browser.get("/ranking/funnel", query_string=ASKED | {"indicator": "satisfaction"}).text
    assert re.findall(r'data-unit="(\w+)" data-answers="(\d+)"', funnel) == [("110001", "2")]
    lines = json.loads(re.search(r'data-lines="([^"]+)"', funnel)[1].replace("&#34;", '"'))
    assert [row[0] for row in lines] == [1, 2]
    shape = house.call("GET", f"/rankings/funnel{question}&indicator=response", "unit_head", "110001").json
    assert (shape["pooled"], shape["rows"][0]["answers"], shape["rows"][0]["outside"]) == (1.0, 2, None)
    assert house.call("GET", f"/rankings/funnel{question}&indicator=on_time", "evaluator").status_code == 422
    for path in ("/ranking/funnel", "/ranking/before-and-after"):
        assert browser.get(path, query_string=ASKED | {"period": "x"}).status_code == 422
        assert browser.get(path, query_string=ASKED | {"scheme": "x"}).status_code in {404, 422}
        browser.post("/language", data={"language": "en", "next": "/"})
        english = re.sub(r"<title>.*?</title>|柳荫街道|110001", "", browser.get(path, query_string=ASKED).text)
        assert "漏斗" not in english
        assert "剔除" not in english
