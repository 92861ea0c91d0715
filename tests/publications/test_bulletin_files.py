"""Bulletins of a publication are written once by a worker from the frozen rows; a correction names the tickets that it changed."""

from __future__ import annotations

import hashlib
import io
import re

import openpyxl
from docx import Document

from assessment.publications import jobs
from assessment.publications.changes import changed_tickets
from assessment.publications.difference import read
from tests.publications.conftest import Office


def test_write_what_was_frozen_when_a_bulletin_is_asked_for(office: Office) -> None:
    found = office.publish()
    office.sql("UPDATE ticket SET solved = 'no'")
    browser, page = office.browser(), "/publications/1"
    assert browser.get(f"{page}/files/xlsx").status_code == 404
    for shape in ("xlsx", "docx", "xlsx"):
        assert office.post(browser, page, f"{page}/files", shape=shape).status_code == 303
    assert "生成中" in browser.get(f"{page}/files").text
    office.work(jobs.write_some, [1, 2])
    before = office.sql("SELECT shape, digest, rows_done, finished_at FROM publication_file ORDER BY file_id")
    office.work(jobs.write_some, [1, 2])  # a job may run twice
    assert before == office.sql("SELECT shape, digest, rows_done, finished_at FROM publication_file ORDER BY file_id")
    assert [row[0] for row in before] == ["xlsx", "docx"]
    assert before[0][2] == found.fact_count - _unlisted(office)
    book = browser.get(f"{page}/files/xlsx").get_data()
    assert hashlib.sha256(book).digest() == bytes(before[0][1])
    ranking = openpyxl.load_workbook(io.BytesIO(book))["排名"]
    lines = [[cell.value for cell in row] for row in ranking.iter_rows(min_row=4)]
    scores = {line[1]: line[13] for line in lines if line[1]}
    expected = {code: float(row["score"]) for code, row in read(found.result).items() if row["score"]}
    assert {code: scores[code] for code in expected} == expected
    words = Document(io.BytesIO(browser.get(f"{page}/files/docx").get_data()))
    assert found.digest.hex() in "".join(line.text for line in words.paragraphs)
    officer = office.browser("unit_officer", next(iter(expected)))
    assert officer.get(f"{page}/files/xlsx").status_code == 403
    assert 'id="files"' not in officer.get(page).text


def _unlisted(office: Office) -> int:
    rows = office.sql(
        "SELECT count(*) FROM publication_fact f JOIN publication_unit u USING (publication_id, unit_id) WHERE NOT is_listed"
    )
    return int(rows[0][0])


def test_name_the_changed_tickets_when_a_version_corrects_another(office: Office) -> None:
    first = office.publish()
    changed = office.sql(
        "SELECT ticket_no, unit_id FROM publication_fact WHERE reached AND NOT is_excluded AND NOT is_withdrawn"
        " AND solved = 'yes' ORDER BY ticket_id LIMIT 2"
    )
    numbers = [row[0] for row in changed]
    office.sql("UPDATE ticket SET solved = 'partly' WHERE ticket_no = ANY(:numbers)", numbers=numbers)
    office.clock.set(office.clock.now().replace(day=6))
    office.correct(first.publication_id)
    office.work(jobs.freeze_some, [2])
    evaluator = office.browser("evaluator", which=3)
    page = evaluator.get("/publications/2/changes")
    assert page.status_code == 200
    correction = office.get(2)
    found = office.run(changed_tickets, correction, units=None, limit=10_000)
    assert len(re.findall(r'class="ticket-title"', page.text)) == min(50, len(found))
    turned = [one.ticket_no for one in found if ("solved", "yes", "partly") in one.cells]
    assert turned == numbers
    unit = changed[0][1]
    own = office.run(changed_tickets, correction, units={unit}, limit=10_000)
    assert numbers[0] in [one.ticket_no for one in own]
    assert len(own) < len(found)
    assert evaluator.get("/publications/1/changes").status_code == 404
