"""What people entered is frozen with a publication, and the pages that enter it: values by the evaluator, marks by the units."""

from __future__ import annotations

import re
from typing import Any

from assessment.given import services as entering
from assessment.given.services import Entered
from assessment.marks import queries as marks
from assessment.publications import queries, recount, verification
from assessment.schemes.model import Group
from tests.publications.conftest import AT, PREPARER, ZONE, Office

SCHEME = """
name = "entered"
version = 1
title = "录入与互评"
kinds = ["help", "complaint", "report"]
placed_by = "received_at"
peer_groups = ["township"]
minimum = 1
ties = []
settle_days = 10
[period]
first_day = 19
[weights]
resolution = 0.5
closed = 0.1
peer_marks = 0.2
acknowledged_in_time = 0.1
[credits]
basically = 0.9
partly = 0
[on_zero]
peer_marks = 0
acknowledged_in_time = 1
[[given]]
key = "inspection"
share = 0.1
full = 100
none = 0
on_missing = 0
[decimals]
default = 2
"""


def townships(office: Office) -> list[str]:
    codes = office.sql("SELECT code FROM unit WHERE kind = 'township' ORDER BY code")
    return [code for (code,) in codes]


def mark(office: Office, district: str, **given: str) -> Any:
    browser = office.browser("district_supervisor", district)
    page = browser.get("/ranking/marks?period=2025-10")
    assert page.status_code == 200
    form = {"period": "2025-10"} | {f"mark-{code}": value for code, value in given.items()}
    return office.post(browser, "/ranking/marks?period=2025-10", "/ranking/marks", **form)


def test_entered_values_and_marks_count_are_frozen_and_cannot_be_changed_unseen(office: Office) -> None:
    districts = [code for (code,) in office.sql("SELECT code FROM unit WHERE kind = 'district' ORDER BY code")]
    page = office.browser("district_supervisor", districts[0]).get("/ranking/marks?period=2025-10").text
    own = list(dict.fromkeys(re.findall(r'name="mark-([^"]+)"', page)))
    others = set(townships(office)) - set(own)
    assert own, "a district marks the townships of its own"
    assert others, "and there are others"
    assert mark(office, districts[0], **{own[0]: "4"}).status_code == 303
    assert mark(office, districts[0], **{own[0]: "6"}).status_code == 422
    assert mark(office, districts[0], **{min(others): "3"}).status_code == 422
    assert office.run(marks.results, "2025-10", AT) == {own[0]: (4, 5, 1)}
    stamp = {"group": Group.TOWNSHIP, "actor": PREPARER, "zone": ZONE, "at": AT}
    office.run(entering.enter, "inspection", "2025-10", [Entered(own[0], "87.5", "核查组")], **stamp)
    frozen = office.freeze(scheme_text=SCHEME, cut_off=AT)
    rows = office.run(lambda session: recount.rows_of(session, frozen, queries.units(session, frozen.publication_id)))
    besides = {row.unit.code: row.beside for row in rows}
    assert (besides[own[0]].marks, besides[own[0]].marks_most) == (4, 5)
    assert str(besides[own[0]].given["inspection"]) == "175/2"
    assert office.run(verification.verify, frozen.publication_id) is None
    changed = "UPDATE publication_unit SET more = jsonb_set(more, '{marks}', '[5, 5]') WHERE code = :code"
    office.sql(changed, code=own[0])
    finding = office.run(verification.verify, frozen.publication_id)
    assert (finding.part, finding.what) == ("unit", own[0])


def test_pages_enter_values_and_show_results_to_whom_it_concerns(office: Office) -> None:
    code, browser = townships(office)[0], office.browser("evaluator")
    address = "/ranking/values?kind=inspection&period=2025-10&group=township"
    form = {
        "kind": "inspection",
        "period": "2025-10",
        "group": "township",
        "source": "核查组第7号",
        f"value-{code}": "88.5",
    }
    assert office.post(browser, address, "/ranking/values", **form).status_code == 303
    page = browser.get(address).text
    assert 'value="88.5"' in page
    assert "核查组第7号" in page
    unseen = office.post(browser, address, "/ranking/values", **form | {f"value-{code}": "70", f"seen-{code}": "0"})
    assert unseen.status_code == 409, "somebody entered a value after the form was opened"
    assert "他人录入" in unseen.text
    wrong = office.post(browser, address, "/ranking/values", **form | {f"value-{code}": "880"})
    assert wrong.status_code == 422
    assert 'value="880"' in wrong.text, "what was typed is still there"
    assert office.post(browser, address, "/ranking/values", **form | {"period": "2030-01"}).status_code == 422
    assert browser.get("/ranking/marks?period=2025-10").status_code == 200
    head = office.browser("unit_head", code)
    assert head.get("/ranking/values").status_code == 403
    assert "街道乡镇评部门" in head.get("/ranking/marks?period=2025-10").text
    assert office.browser("unit_officer", code).get("/ranking/marks").status_code == 403
    assert office.sql("SELECT count(*) FROM given_value") == [(1,)]
