"""``/api/v1/taxonomy`` and ``/api/v1/catalogue`` as a client meets them."""

from __future__ import annotations

import pytest

from dispatch.catalogue import services
from dispatch.catalogue.documents import Document
from dispatch.kernel.db import transaction
from tests.api.conftest import MONDAY, Town, app, clock, town
from tests.catalogue.words import catalogue, taxonomy

__all__ = ["app", "clock", "town"]

DECEMBER = "2026-12-01T00:00:00+08:00"


@pytest.fixture(autouse=True)
def shipped(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        services.load_shipped_catalogue(session, at=MONDAY)


def test_answer_with_what_is_in_force_when_asked(town: Town) -> None:
    tree = town.call("GET", "/taxonomy", role="evaluator").json
    leaf = next(item for item in tree["items"] if item["code"] == "1001")
    assert (leaf["path"], leaf["level"], leaf["is_leaf"]) == (["供暖", "室温不达标"], 2, True)
    assert {"word": "暖气不热", "weight": 9} in leaf["keywords"]
    entries = town.call("GET", "/catalogue", role="evaluator").json
    assert entries["version"].startswith("catalogue@")
    assert entries["items"][0]["lead"] == "township"
    assert town.call("GET", "/catalogue", role="operator").status_code == 403


@pytest.mark.parametrize(
    ("document", "text"),
    [("catalogue", catalogue("10,,,,E-01,,,,供热")), ("taxonomy", taxonomy("16,环境,,", "1699,清运,16,垃圾:9"))],
)
def test_put_read_and_withdraw_when_one_may_edit(town: Town, document: str, text: str) -> None:
    sent = {"text": text, "name": "试行", "effective_from": DECEMBER}
    made = town.call("POST", f"/{document}/versions", sent, role="system_admin")
    assert made.status_code == 201, made.text
    place = made.headers["Location"].removeprefix("/api/v1")
    assert town.call("GET", place, role="evaluator").json["text"] == text
    listed = town.call("GET", f"/{document}/versions", role="evaluator").json["items"]
    assert [one["state"] for one in listed] == ["coming", "in_force"]
    assert town.call("POST", f"{place}/withdraw", role="evaluator").status_code == 403
    assert town.call("POST", f"{place}/withdraw", role="system_admin").json["state"] == "withdrawn"
    assert town.call("POST", f"{place}/withdraw", role="system_admin").status_code == 409
    other = "taxonomy" if document == "catalogue" else "catalogue"
    assert town.call("GET", place.replace(document, other), role="evaluator").status_code == 404
    assert town.call("GET", f"/{document}/versions/77777777777777777777", role="evaluator").status_code == 404


def test_say_line_and_column_when_a_file_is_wrong(town: Town) -> None:
    def refused(document: str, text: str) -> tuple[int, str]:
        sent = {"text": text, "name": "试行", "effective_from": DECEMBER}
        answer = town.call("POST", f"/{document}/versions", sent, role="system_admin")
        assert answer.mimetype == "application/problem+json"
        return answer.status_code, answer.json["code"]

    loop = taxonomy("10,a,11,", "11,b,10,")
    assert refused("taxonomy", loop) == (422, "taxonomy.unreadable")
    assert refused("catalogue", catalogue("10,,,,E-77,,,,供热")) == (422, "catalogue.unreadable")
    assert refused("catalogue", "\ud800") == (422, "request.invalid")
    assert refused("catalogue", "x" * 600_000) == (422, "request.invalid")
    problems = town.call("POST", "/taxonomy/check", {"text": loop}, role="evaluator").json["problems"]
    assert [(one["line"], one["column"], one["code"]) for one in problems] == [
        (2, "parent_code", "cycle"),
        (3, "parent_code", "cycle"),
    ]
    stray = taxonomy("10,供暖,,", "2001,室温,10,室温:3", "11,供水,,", "111,水压,,水压:3")
    for rows, line in ((stray, 3), (taxonomy("11,供水,,", "111,水压,,水压:3"), 3)):
        problems = town.call("POST", "/taxonomy/check", {"text": rows}, role="evaluator").json["problems"]
        assert (problems[0]["line"], problems[0]["column"], problems[0]["code"]) == (line, "code", "code_not_nested")
        assert refused("taxonomy", rows) == (422, "taxonomy.unreadable")
    sound = {"text": catalogue("10,,,,E-01,,,,供热")}
    assert town.call("POST", "/catalogue/check", sound, role="evaluator").json == {"problems": []}


def test_refuse_a_street_through_the_api_unless_a_city_supervisor_moves_it(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        text = catalogue("16,,,township,district,,,true,环卫专业职责")
        services.put(session, Document.CATALOGUE, text, name="试行", effective_from=MONDAY, actor="x", at=MONDAY)
    number = town.number()
    sent = {"unit_code": "110001", "reason": "先由属地处置"}
    by_adjudicator = town.call("POST", f"/tickets/{number}/reassign", sent, role="adjudicator")
    assert (by_adjudicator.status_code, by_adjudicator.json["code"]) == (422, "catalogue.not_to_streets")
    by_supervisor = town.call("POST", f"/tickets/{number}/reassign", sent, role="city_supervisor")
    assert by_supervisor.status_code == 200, by_supervisor.text
