"""The boards beside the ranking: their numbers are the ranking's, cut to what the reader may see, and nothing taken away runs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from fractions import Fraction
from typing import Any

from assessment import schemes
from assessment.boards.categories import Measure, Tone, heat_map, tone_of
from assessment.console.sheets import Form, Sheet, written
from assessment.metrics import Counts, Rate, half_up
from assessment.rankings import UnitRow
from tests.publications.conftest import Office

ASKED = {"scheme": "beijing", "period": "2025-10", "group": "township"}
BEIJING = schemes.builtin("beijing")
UNITS = [UnitRow("A", "甲"), UnitRow("B", "乙"), UnitRow("C", "丙")]


def api(browser: Any, path: str, **asked: str) -> list[dict[str, Any]]:
    answer = browser.get(f"/api/v1/rankings{path}", query_string=ASKED | asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json["rows"]
    return rows


def test_say_what_the_ranking_says_when_boards_are_asked(office: Office) -> None:
    browser = office.browser()
    official = {row["unit_code"]: row for row in api(browser, "")}
    first = next(iter(official.values()))
    last = api(browser, "/trend", unit=first["unit_code"], periods="3")[-1]
    names = ("response_rate", "resolution_rate", "satisfaction_rate", "score")
    assert {name: last["unit"][name] for name in names} == {name: first[name] for name in names}
    assert (last["unit"]["place"], last["ranked"]) == (
        first["rank"],
        sum(bool(row["rank"]) for row in official.values()),
    )
    *lines, pooled = api(browser, "/categories", measure="received")
    assert {line["unit_code"]: str(line["whole"]["sample"]) for line in lines} == {
        code: row["received"] for code, row in official.items()
    }
    assert pooled["whole"]["sample"] == sum(int(row["received"]) for row in official.values())
    solved = {line["unit_code"]: line["whole"]["rate"] for line in api(browser, "/categories", measure="resolution")}
    assert all(solved[code] == row["resolution_rate"] for code, row in official.items() if row["rank"])
    other = {row["unit_code"]: row for row in api(browser, "", scheme="shanghai")}
    for line in api(browser, "/side-by-side", against="shanghai"):
        left, right = official[line["unit_code"]], other[line["unit_code"]]
        assert (line["left"], line["right"]) == (left, right)
        if left["rank"] and right["rank"]:
            assert line["places"] == int(left["rank"]) - int(right["rank"])


def test_show_no_foreign_unit_when_a_unit_opens_the_boards(office: Office) -> None:
    evaluator = office.browser()
    official = [row["unit_code"] for row in api(evaluator, "")]
    own, foreign = official[0], official[1]
    officer = office.browser("unit_officer", own)
    for path in ("/trend", "/categories", "/side-by-side"):
        page = officer.get(f"/ranking{path}", query_string=ASKED | {"unit": foreign})
        assert page.status_code == 200
        assert f'data-unit="{foreign}"' not in page.text
        assert f'value="{foreign}"' not in page.text
        taken = officer.get(f"/ranking{path}/download", query_string=ASKED).get_data().decode("utf-8-sig")
        assert foreign not in taken
        assert office.browser("operator").get(f"/ranking{path}", query_string=ASKED).status_code == 403
    assert [row["unit_code"] for row in api(officer, "/categories")] == [own, ""]
    assert api(officer, "/trend", unit=foreign)[-1]["unit"] is None


def test_list_the_units_of_a_district_alone_when_it_is_picked(office: Office) -> None:
    browser = office.browser()
    rows = office.sql(
        "SELECT c.code, u.code FROM unit_group g JOIN unit u USING (unit_id) JOIN unit c ON c.unit_id = g.charged_unit_id"
        " WHERE g.peer_group = 'district' AND u.kind = 'township'"
    )
    district = rows[0][0]
    own = {code for name, code in rows if name == district}
    whole = re.findall(r'data-unit="([^"]+)"', browser.get("/ranking", query_string=ASKED).text)
    page = browser.get("/ranking", query_string=ASKED | {"district": district})
    assert set(re.findall(r'data-unit="([^"]+)"', page.text)) == own & set(whole) != set(whole)
    assert f"district={district}" in page.text
    assert {row["unit_code"] for row in api(browser, "/side-by-side", against="fair", district=district)} <= own
    for nothing in ("nowhere", "\0", "x" * 99):
        assert browser.get("/ranking", query_string=ASKED | {"district": nothing}).status_code == 200


def test_answer_plainly_when_the_period_is_empty_or_makes_no_sense(office: Office) -> None:
    browser = office.browser()
    for path in ("/trend", "/categories", "/side-by-side"):
        empty = browser.get(f"/ranking{path}", query_string=ASKED | {"period": "2019-03"})
        assert (empty.status_code, "没有纳入考核的工单" in empty.text) == (200, True), path
        for wrong, status in (({"period": "2999-01"}, 422), ({"scheme": "nowhere"}, 404), ({"group": "village"}, 422)):
            page = browser.get(f"/ranking{path}", query_string=ASKED | wrong)
            assert (page.status_code, 'id="pick-period"' in page.text) == (status, True)
        assert browser.get(f"/ranking{path}/download", query_string=ASKED | {"form": "exe"}).status_code == 404
    assert browser.get("/ranking/categories", query_string=ASKED | {"measure": "luck"}).status_code == 404
    assert browser.get("/ranking/trend", query_string=ASKED | {"periods": "9x"}).status_code == 200


def test_take_away_what_the_page_shows_as_a_workbook_when_excel_is_asked_for(office: Office) -> None:
    browser = office.browser()
    for path in ("/ranking", "/ranking/trend", "/ranking/categories", "/ranking/side-by-side", "/ranking/hotline"):
        book = browser.get(f"{path}/download", query_string=ASKED | {"form": "xlsx"})
        assert book.headers["Content-Disposition"].endswith(".xlsx")
        with zipfile.ZipFile(io.BytesIO(book.get_data())) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_neutralise_cells_when_a_name_would_run() -> None:
    sheet = Sheet("表", ["编码", "单位", "得分"], [["+1", "=cmd|'/c'!A1", "-1.50"]], ["@x"])
    lines = list(csv.reader(io.StringIO(written(sheet, Form.CSV).decode("utf-8-sig"))))
    assert lines[1:] == [["'+1", "'=cmd|'/c'!A1", "'-1.50"], ["'@x"]]
    with zipfile.ZipFile(io.BytesIO(written(sheet, Form.XLSX))) as parts:
        page, words = parts.read("xl/worksheets/sheet1.xml").decode(), parts.read("xl/sharedStrings.xml").decode()
    assert "<v>-1.5</v>" in page
    assert "'=cmd" in words
    assert "<f>" not in page


def test_judge_a_cell_only_beyond_chance_when_rates_are_mapped() -> None:
    pooled = Rate(Fraction(700), 1000)
    assert tone_of(Rate(Fraction(0), 4), pooled, 5) is Tone.FEW
    assert tone_of(Rate(Fraction(3), 5), pooled, 5) is Tone.BELOW
    assert tone_of(Rate(Fraction(5), 50), pooled, 5) is Tone.FAR_BELOW
    assert tone_of(Rate(Fraction(50), 50), pooled, 5) is Tone.FAR_ABOVE
    assert tone_of(Rate(Fraction(4), 5), pooled, 5) is Tone.ABOVE


def test_pool_categories_and_put_those_without_last_when_mapped() -> None:
    found = {
        ("A", "噪声"): Counts(received=4, valid=4, yes=1),
        ("B", "噪声"): Counts(received=2, valid=2, yes=2),
        ("A", ""): Counts(received=9, valid=9, yes=9),
        ("B", "供暖"): Counts(received=8),
        ("Z", "供暖"): Counts(received=50),  # not listed in the period: in no line and in no total
    }
    solved = heat_map(found, UNITS, UNITS[:1], BEIJING, Measure.RESOLUTION, 1)
    assert solved.categories == ("供暖", "噪声", "")
    assert [half_up(cell.rate.value, 2) if cell.rate else "" for cell in solved.pooled.cells] == ["", "0.50", "1.00"]
    assert [line.unit.code for line in solved.lines] == ["A"]
    assert [cell.sample for cell in solved.lines[0].cells] == [0, 4, 9]
    many = heat_map(found, UNITS, UNITS, BEIJING, Measure.RECEIVED, 1)
    assert many.pooled.whole.sample == 23
    assert [cell.tone for cell in many.lines[2].cells] == [Tone.NONE] * 3


def test_account_for_the_score_of_the_ranking_when_a_unit_asks_what_would_lift_it(office: Office) -> None:
    evaluator = office.browser()
    rows = [row for row in api(evaluator, "") if row["rank"]]
    own, foreign = rows[1], rows[0]
    officer = office.browser("unit_officer", own["unit_code"])
    answer = officer.get(f"/api/v1/rankings/{own['unit_code']}/lift", query_string=ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.json["score"]["shown"] == own["score"]
    lost = sum(Fraction(loss["points"]["exact"]) for loss in answer.json["losses"])
    assert Fraction(answer.json["score"]["exact"]) + lost == 100
    page = officer.get(f"/ranking/{own['unit_code']}/lift", query_string=ASKED)
    assert (page.status_code, own["score"] in page.text) == (200, True)
    for path in (f"/ranking/{foreign['unit_code']}/lift", f"/api/v1/rankings/{foreign['unit_code']}/lift"):
        assert officer.get(path, query_string=ASKED).status_code == 404


def test_tell_the_hotlines_accuracy_alike_as_page_answer_and_file_to_whoever_sees_the_city(office: Office) -> None:
    browser, nobodys = office.browser(), {"scheme": "beijing", "period": "2025-10"}
    path = "/api/v1/rankings/hotline"
    rows = browser.get(path, query_string=nobodys | {"periods": "3"}).json["rows"]
    assert [row["period"] for row in rows] == ["2025-08", "2025-09", "2025-10"]
    page = browser.get("/ranking/hotline", query_string=ASKED).text
    dispatched, returned = re.findall(r'data-period="2025-10" data-dispatched="(\d+)" data-returned="(\d+)"', page)[0]
    last = rows[-1]
    assert (last["dispatched"], last["returned"]) == (int(dispatched), int(returned))
    assert last["rate"] == half_up(Fraction(last["dispatched"] - last["returned"], last["dispatched"]) * 100, 2)
    assert float(last["low"]) < float(last["rate"]) < float(last["high"])
    taken = browser.get("/ranking/hotline/download", query_string=ASKED).get_data().decode("utf-8-sig")
    newest = list(csv.reader(io.StringIO(taken, newline="")))[1]
    names = ("period", "rate", "dispatched", "returned", "waiting", "excluded", "low", "high")
    assert newest == [str(last[name]) for name in names]
    unit = api(browser, "")[0]["unit_code"]
    for outsider in (office.browser("unit_officer", unit), office.browser("operator")):
        assert outsider.get(path, query_string=nobodys).status_code == 403
        assert outsider.get("/ranking/hotline/download", query_string=ASKED).status_code == 403
    for wrong, status in (
        ({"period": "2999-01"}, 422),
        ({"scheme": "nowhere"}, 404),
        ({"periods": "99"}, 422),
        ({"group": "township"}, 422),
    ):
        assert browser.get(path, query_string=nobodys | wrong).status_code == status
    empty = browser.get(path, query_string=nobodys | {"period": "2019-03", "periods": "1"}).json["rows"]
    assert [(row["rate"], row["low"], row["dispatched"]) for row in empty] == [("", "", 0)]


def test_trend_tells_what_was_published_when_facts_have_changed_since(office: Office) -> None:
    browser, number = office.browser(), office.publish().publication_id
    first = next(csv.DictReader(io.StringIO((office.get(number).result or b"").decode(), newline="")))
    office.sql("UPDATE ticket SET is_excluded = true WHERE ticket_id % 2 = 0")
    last = api(browser, "/trend", unit=first["unit_code"], periods="2")[-1]
    assert (last["published"], last["unit"]["score"], last["unit"]["place"]) == (number, first["score"], first["rank"])
    page = browser.get("/ranking/trend", query_string=ASKED).text
    assert f'href="/publications/{number}"' in page

    page = browser.get("/ranking/hotline", query_string=ASKED).text
    dispatched, returned = re.findall(r'data-period="2025-10" data-dispatched="(\d+)" data-returned="(\d+)"', page)[0]
    assert int(dispatched) > int(returned) > 0
    assert page.count("data-ticket=") == min(int(returned), 50)
    assert office.browser("unit_officer", first["unit_code"]).get("/ranking/hotline").status_code == 403
