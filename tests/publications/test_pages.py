"""Pages and API: who sees what, who is offered what, the same numbers as were frozen, and each number's frozen tickets."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from assessment import schemes
from assessment.publications import jobs, preparation, verification, words
from assessment.publications.difference import read
from assessment.publications.preparation import Visible
from tests.publications.conftest import Office, csrf
from tests.publications.reading import shown

REFUSALS = {"DomainError", "Conflict", "NotFound", "Forbidden"}
TICKETS = re.compile(r'data-ticket="([^"]+)"')
BANDS = '\n[[bands]]\nname = "甲档"\nrank_to = 2\n[[bands]]\nname = "乙档"\n'


def banded(name: str = "beijing") -> str:
    text = schemes.builtin_text(name)
    return text.replace("settle_days = 10", 'settle_days = 10\nshow = "bands"') + BANDS


def test_page_and_api_show_the_frozen_numbers_when_published(office: Office) -> None:
    found = office.publish()
    office.sql("UPDATE ticket SET solved = 'no'")
    browser = office.browser()
    page = browser.get("/publications/1")
    expected = list(read(found.result).values())
    assert shown(page.text) == expected
    assert found.digest.hex() in page.text
    answer = browser.get("/api/v1/publications/1").json
    assert (answer["rows"], answer["is_whole"], answer["digest"]) == (expected, True, found.digest.hex())
    assert [item["publication"] for item in browser.get("/api/v1/publications").json["items"]] == [1]
    assert 'data-publication="1"' in browser.get("/publications").text


def test_each_number_opens_to_its_frozen_tickets(office: Office) -> None:
    found = office.publish()
    office.sql("UPDATE ticket SET solved = 'no', is_excluded = true")
    browser = office.browser()
    row = read(found.result)["T03"]
    for part in ("received", "valid", "solved", "excluded"):
        listed = browser.get(f"/publications/1/T03/tickets?part={part}").text
        assert len(set(TICKETS.findall(listed))) == min(int(row[part]), 50), part
        answer = browser.get(f"/api/v1/publications/1/tickets?unit=T03&part={part}&limit=200").json
        assert len(answer["items"]) == int(row[part])
    assert browser.get("/publications/1/T03/tickets?part=nonsense").status_code == 404
    assert browser.get("/publications/1/nobody/tickets").status_code == 404


def test_unit_sees_its_own_row_at_once_and_drafts_never(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = office.freeze()
    officer = office.browser("unit_officer", "T03")
    for path in ("/publications/1", "/api/v1/publications/1", "/publications/1/T03/tickets"):
        assert officer.get(path).status_code == 404
    assert officer.get("/api/v1/publications").json["items"] == []
    office.publish(frozen)
    assert [row["unit_code"] for row in shown(officer.get("/publications/1").text)] == ["T03"]
    assert [row["unit_code"] for row in officer.get("/api/v1/publications/1").json["rows"]] == ["T03"]
    assert officer.get("/publications/1/T03/tickets").status_code == 200
    assert officer.get("/publications/1/T04/tickets").status_code == 404
    plan = replace(preparation.shipped(), visible=Visible.GROUP)
    monkeypatch.setattr(preparation, "shipped", lambda: plan)
    assert len(shown(officer.get("/publications/1").text)) == len(read(frozen.result))
    assert officer.get("/api/v1/publications/1/tickets?unit=T04").status_code == 404


def test_three_people_publish_when_each_presses_their_button(office: Office) -> None:
    first, second, third = (office.browser(which=number) for number in (1, 2, 3))
    begun = office.post(first, "/publications", "/publications", scheme="beijing", period="2025-10", group="township")
    assert begun.location == "/publications/1"
    office.work(jobs.freeze_some, [1])
    assert "/publications/1/sign" not in first.get("/publications/1").text
    office.post(first, "/publications/1", "/publications/1/sign")
    assert "请由他人签发" in first.get("/publications/1").text
    office.post(second, "/publications/1", "/publications/1/sign")
    assert "/publications/1/publish" not in second.get("/publications/1").text
    office.post(third, "/publications/1", "/publications/1/publish")
    page = third.get("/publications/1").text
    assert "已核验并发布" in page
    assert "测试2" in page
    office.post(third, "/publications/1", "/publications/1/verify")
    assert "核验相符" in third.get("/publications/1").text
    office.sql("UPDATE publication_fact SET reached = NOT reached WHERE number = 1")
    office.post(third, "/publications/1", "/publications/1/verify")
    assert "核验不符" in third.get("/publications/1").text


def test_correction_is_shown_on_both_versions_when_published(office: Office) -> None:
    first = office.publish()
    office.sql("UPDATE ticket SET solved = 'no' WHERE unit_id = (SELECT unit_id FROM unit WHERE code = 'T03')")
    browser = office.browser()
    office.post(browser, "/publications/1", "/publications/1/correct", reason="申诉成立")
    office.work(jobs.freeze_some, [2])
    office.publish(office.get(2))
    assert "/publications/2" in browser.get("/publications/1").text
    new = browser.get("/publications/2").text
    assert 'id="diff"' in new
    assert "申诉成立" in new
    changed = browser.get("/api/v1/publications/2").json
    assert {cell["unit_code"] for cell in changed["diff"]} >= {"T03"}
    assert browser.get("/api/v1/publications/1").json["corrected_by"] == 2
    assert first.result


def test_verbs_answer_over_the_api_when_called(office: Office) -> None:
    browser, other = office.browser(), office.browser("city_supervisor")
    asked = {"scheme": "beijing", "period": "2025-10", "group": "district"}
    headers = {"X-CSRFToken": _token(browser), "Content-Type": "application/json"}
    begun = browser.post("/api/v1/publications", json=asked, headers=headers)
    assert begun.status_code == 201, begun.text
    office.work(jobs.freeze_some, [1])
    refused = browser.post("/api/v1/publications/1/sign", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "publication.same_person")
    theirs = {"X-CSRFToken": _token(other)}
    assert other.post("/api/v1/publications/1/sign", headers=theirs).json["state"] == "signed"
    assert browser.post("/api/v1/publications/1/publish", headers=headers).json["state"] == "published"
    assert browser.post("/api/v1/publications/1/verify", headers=headers).json["is_sound"] is True
    again = browser.post("/api/v1/publications", json=asked, headers=headers)
    assert (again.status_code, again.json["code"]) == (409, "publication.already_published")
    bad = browser.post("/api/v1/publications", json={**asked, "period": "2026-99"}, headers=headers)
    assert (bad.status_code, bad.json["code"]) == (422, "period.unreadable")


def _token(browser: FlaskClient) -> str:
    return csrf(browser.get("/publications").text)


def test_band_stands_where_the_rank_would_when_the_scheme_says_so(office: Office) -> None:
    found = office.publish(scheme_text=banded())
    ranks = {code: row["rank"] for code, row in read(found.result).items()}
    assert any(ranks.values())  # the exchange table keeps its ranks
    bands = {code: ("甲档" if int(rank) <= 2 else "乙档") for code, rank in ranks.items() if rank}
    assert found.bands == bands
    browser = office.browser()
    rows = browser.get("/api/v1/publications/1").json["rows"]
    assert {row["unit_code"]: row["band"] for row in rows if row["band"]} == bands
    assert {row["rank"] for row in rows} == {""}
    assert [row["band"] for row in rows] == sorted((row["band"] for row in rows), key=["甲档", "乙档", ""].index)
    page = shown(browser.get("/publications/1").text)
    assert [row["unit_code"] for row in page] == [row["unit_code"] for row in rows]
    assert {row["unit_code"]: row["band"] for row in page if row["band"]} == bands
    office.sql('UPDATE publication SET bands = bands || \'{"T03": "丙档"}\'')
    told = browser.get("/publications/1").text
    assert "丙档" in told
    assert office.run(verification.verify, 1).what == "bands"


def test_page_says_so_when_the_result_is_no_table_any_more(office: Office) -> None:
    office.publish()
    office.sql("UPDATE publication SET result = 'x'")
    assert office.browser().get("/publications/1").status_code == 409
    assert office.browser().get("/api/v1/publications/1").json["code"] == "publication.tampered"


def test_say_the_pages_in_english_when_english_is_chosen() -> None:
    folder = Path(words.__file__).parent
    methods = [("templates/**.html", "jinja2.ext.babel_extract"), ("views.py", "python")]
    wanted = {
        message if isinstance(message, str) else message[0] for _, _, message, _, _ in extract_from_dir(folder, methods)
    }
    with (folder.parent / "console/translations/en/LC_MESSAGES/messages.po").open("rb") as stream:
        known = read_po(stream, locale="en")
    everything = wanted | words.translatable() | refusals(folder)
    missing = [text for text in sorted(everything) if not (found := known.get(text)) or not found.string]
    assert missing == []


def refusals(folder: Path) -> set[str]:
    """The sentences of the refusals, those without a figure in them."""
    found = set()
    for path in folder.glob("*.py"):
        if path.name not in {"cli.py", "api.py"}:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                    found |= {str(one.value) for one in node.args[1:2] if isinstance(one, ast.Constant)}
    return found


def test_live_ranking_shows_bands_too_when_the_scheme_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    browser = office.browser()
    ranked = browser.get("/api/v1/rankings", query_string=asked).json["rows"]
    monkeypatch.setattr(schemes, "builtin", lambda _name: schemes.loads(banded()))
    rows = browser.get("/api/v1/rankings", query_string=asked).json["rows"]
    expected = {row["unit_code"]: "甲档" if int(row["rank"]) <= 2 else "乙档" for row in ranked if row["rank"]}
    assert {row["unit_code"]: row["band"] for row in rows if row["band"]} == expected
    assert {row["rank"] for row in rows} == {""}
    page = browser.get("/ranking", query_string=asked).text
    assert re.findall(r'data-cell="band">(.{2})<', page) == [row["band"] for row in rows if row["band"]]
    assert "档次" in page
