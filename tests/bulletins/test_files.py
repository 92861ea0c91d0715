"""Excel and Word hold the very numbers of the exchange table, read back cell by cell (quality.md, Users)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest

from assessment.bulletins import excel, word
from assessment.bulletins.content import Bulletin, bulletin
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.rankings import UnitRow, rank
from assessment.schemes import load
from assessment.schemes.model import Group
from assessment.service import Table
from assessment.table import cells
from dispatch.contract import TicketFact
from dispatch.kernel.errors import DomainError

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
UNITS = [
    UnitRow("A", "八里庄街道"),
    UnitRow("B", "八里庄街道"),
    UnitRow("C", "=1+1 <街道> & 乡 [很长的名字]:*?/很长很长很长很长很长很长"),
    UnitRow("D", "南滩街道办"),
    UnitRow("E", "桥头镇"),
]
COUNTS = {
    "A": Counts(received=700, valid=670, contacted=670, yes=663, satisfied=614, basically=34, excluded=3),
    "B": Counts(received=3, valid=3, contacted=2, yes=1, partly=1, satisfied=1, basically=1),
    "C": Counts(received=2, valid=2),
    "D": Counts(received=900, excluded=1),
    "E": Counts(received=3, valid=3, contacted=3, yes=3, satisfied=3),
}


@pytest.fixture
def table() -> Table:
    scheme = load("beijing")
    period = Period.parse("2026-10", scheme, ZONE)
    rows = tuple(rank(UNITS, COUNTS, scheme, "township"))
    return Table(scheme, period, Group.TOWNSHIP, AT, rows, (), False, 0, period.settles_at)


@pytest.fixture
def made(table: Table) -> Bulletin:
    return bulletin(table, zone=ZONE, at=AT, digest="abc123")


def fact(number: int, unit: int, **values: Any) -> TicketFact:
    known = dict.fromkeys(TicketFact.__dataclass_fields__) | {
        "ticket_id": number,
        "ticket_no": f"20261001-{number:07d}",
        "received_at": AT,
        "dispatched_at": AT,
        "is_excluded": False,
        "is_withdrawn": False,
        "reached": False,
        "is_on_time": False,
        "is_pending": True,
        "unit_id": unit,
    }
    return TicketFact(**known | values)


def test_workbook_holds_every_number_of_the_table_when_read_back(tmp_path: Path, table: Table, made: Bulletin) -> None:
    facts = [
        ("A", fact(1, 1)),
        ("A", fact(2, 1, reached=True, solved="yes", satisfaction="basically", is_pending=False)),
        ("B", fact(3, 2, ticket_no="=cmd|' /C calc'!A0")),
    ]
    seen: list[int] = []

    count = excel.write(tmp_path / "b.xlsx", made, facts, zone=ZONE, progress=seen.append)

    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet = book["排名"]
    for number, row in enumerate(table.rows, 4):
        found = cells(row)
        for place, (name, _width, _kind) in enumerate(excel.COLUMNS, 1):
            assert shown(sheet.cell(number, place).value, name) == found[name], (number, name)
    assert (count, seen) == (3, [2, 3])
    assert [one.title[:2] for one in book.worksheets] == ["排名", "总体", "2_", "3_"]
    tickets = book.worksheets[2]
    assert tickets["A3"].value == "20261001-0000002"
    assert str(tickets["B2"].value) == "2026-11-02 09:30:00"
    assert [tickets.cell(3, column).value for column in (9, 11, 12, 13)] == ["是", "已解决", "基本满意", "有效回访"]
    assert book.worksheets[3]["A2"].data_type == "s"
    assert len(sheet._charts) == 2


def shown(value: Any, column: str) -> str:
    """A cell as the exchange table writes it."""
    if value is None:
        return ""
    return f"{value:.2f}" if column.endswith(("rate", "score")) else str(value)


def test_workbook_opens_the_tickets_of_a_unit_when_its_name_is_followed(tmp_path: Path, made: Bulletin) -> None:
    excel.write(tmp_path / "b.xlsx", made, [("A", fact(1, 1))], zone=ZONE)

    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    links = {
        cell.value: cell.hyperlink.location
        for row in book["排名"].iter_rows(min_row=4)
        for cell in row
        if cell.hyperlink
    }
    assert links["八里庄街道"].strip("'").rsplit("'!")[0] in {"2_八里庄街道", "3_八里庄街道"}


def test_document_holds_every_number_of_the_table_when_read_back(tmp_path: Path, table: Table, made: Bulletin) -> None:
    word.write(tmp_path / "b.docx", made, number="〔2026〕1号")

    document = docx.Document(str(tmp_path / "b.docx"))
    ranked, unranked = document.tables
    columns = (
        "rank",
        "unit_name",
        "received",
        "valid",
        "response_rate",
        "resolution_rate",
        "satisfaction_rate",
        "score",
    )
    wanted = [[cells(row)[name] for name in columns] for row in table.rows if row.rank]
    assert [[cell.text for cell in row.cells] for row in ranked.rows[1:]] == wanted
    assert [row.cells[0].text for row in unranked.rows[1:]] == ["南滩街道办"]
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "{{" not in words
    assert "{%" not in words
    for part in (
        "〔2026〕1号",
        "共受理诉求 1608 件",
        "有效回访 678 件",
        "剔除 4 件",
        "校验码：abc123",
        "2026年11月2日",
        "先进：桥头镇",
    ):
        assert part in words, part


def test_totals_are_pooled_when_written(made: Bulletin) -> None:
    assert (made.totals["resolution_rate"], made.totals["response_rate"]) == ("98.38", "99.56")


def test_document_keeps_the_measures_of_the_standard_when_opened(tmp_path: Path, made: Bulletin) -> None:
    word.write(tmp_path / "b.docx", made)

    section = docx.Document(str(tmp_path / "b.docx")).sections[0]
    assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]


def test_document_is_filled_when_the_office_edited_the_template(tmp_path: Path, made: Bulletin) -> None:
    word.write_template(tmp_path / "own.docx")
    own = docx.Document(str(tmp_path / "own.docx"))
    own.add_paragraph("抄送：{{ group }}各单位，共 {{ ranked|length }} 个。")
    own.save(str(tmp_path / "own.docx"))

    word.write(tmp_path / "b.docx", made, template=tmp_path / "own.docx")

    assert docx.Document(str(tmp_path / "b.docx")).paragraphs[-1].text == "抄送：街道乡镇各单位，共 4 个。"


@pytest.mark.parametrize("mark", ["{{ title", "{% for x in %}", "{{ title.__class__.__mro__[1].__subclasses__() }}"])
def test_template_is_refused_when_its_marks_cannot_be_filled(tmp_path: Path, made: Bulletin, mark: str) -> None:
    own = docx.Document()
    own.add_paragraph(mark)
    own.save(str(tmp_path / "own.docx"))

    with pytest.raises(DomainError, match="通报模板不能使用"):
        word.write(tmp_path / "b.docx", made, template=tmp_path / "own.docx")


def test_template_is_refused_when_it_is_no_word_file(tmp_path: Path, made: Bulletin) -> None:
    (tmp_path / "own.docx").write_bytes(b"PK\x03\x04 half")

    with pytest.raises(DomainError, match="通报模板不能使用"):
        word.write(tmp_path / "b.docx", made, template=tmp_path / "own.docx")


def test_bulletin_says_that_it_may_change_when_the_period_is_running(table: Table) -> None:
    running = Table(**{**table.__dict__, "is_running": True, "pending": 7})

    assert re.search("尚未定案，仍有 7 件待回访", "".join(bulletin(running, zone=ZONE, at=AT).overview))
