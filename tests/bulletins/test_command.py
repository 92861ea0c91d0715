"""``hotline bulletin`` on a database: the tickets behind each unit, the rows of the ranking, nothing half written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from click.testing import Result

from assessment.bulletins.cli import bulletin
from assessment.cli import rank
from assessment.methods.models import SchemeVersion
from assessment.schemes import builtin_text
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

ASKED = ("--scheme", "beijing", "--period", "2026-11", "--group", "township")
Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, desk: Desk) -> Run:
    """Two tickets of one street, one of them followed up; a command eight days later."""
    first, _second = (desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积") for _ in range(2))
    desk.later(days=8).sweep()
    desk.attempt(first.ticket_id, contacted=True, solved="yes", satisfaction="basically")
    app = create_app(config, clock=FixedClock(desk.at + timedelta(hours=1)))
    return lambda command, *words: app.test_cli_runner().invoke(command, [str(word) for word in words])


def rows_of(answer: str) -> dict[str, list[str]]:
    """The rows of the exchange table, by unit."""
    return {cells[1]: cells for cells in (line.split(",") for line in answer.splitlines()[1:])}


def test_workbook_has_the_ranking_and_the_tickets_when_written(run: Run, desk: Desk, tmp_path: Path) -> None:
    done = run(bulletin, "write", *ASKED, "--output", tmp_path / "b.xlsx")

    assert (done.exit_code, done.stdout) == (0, ""), done.output
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    wanted = rows_of(run(rank, *ASKED, "--format", "csv").stdout)
    found = {row[1].value: row for row in book["排名"].iter_rows(min_row=4, max_row=3 + len(wanted))}
    assert set(found) == set(wanted)
    street: Any = found["110001"]
    assert [f"{street[place].value:.2f}" for place in (10, 11, 12, 13)] == wanted["110001"][10:14]
    assert [street[place].value for place in (3, 4, 5, 6)] == [int(one) for one in wanted["110001"][3:7]]
    (tickets,) = [sheet for sheet in book.worksheets if sheet.title.endswith("柳荫街道")]
    told = [(row[0].value, row[8].value, row[10].value, row[11].value) for row in tickets.iter_rows(min_row=2)]
    first, second = (one.ticket_no for one in desk.accepted)
    assert told == [(first, "是", "已解决", "基本满意"), (second, "否", None, None)]


def test_document_says_that_it_may_change_when_the_period_runs(run: Run, tmp_path: Path) -> None:
    assert run(bulletin, "write", *ASKED, "--output", tmp_path / "b.docx").exit_code == 0

    words = "\n".join(one.text for one in docx.Document(str(tmp_path / "b.docx")).paragraphs)
    assert "尚未定案，仍有 1 件待回访" in words


def test_a_scheme_that_stands_in_the_database_alone_judges_the_bulletin_of_its_periods(
    run: Run, desk: Desk, tmp_path: Path
) -> None:
    words = builtin_text("beijing").replace('name = "beijing"', 'name = "our_city"').replace("北京", "本市")
    own = SchemeVersion(name="our_city", version=1, body=words, effective_on=date(2026, 10, 19))
    own.drafted_by, own.put_by, own.put_at = "account:1", "account:2", desk.at - timedelta(days=30)
    desk.run(lambda session: session.add(own))
    asked = ("--scheme", "our_city", *ASKED[2:])
    for name in ("b.xlsx", "b.docx"):
        done = run(bulletin, "write", *asked, "--output", tmp_path / name)
        assert (done.exit_code, done.stdout) == (0, ""), done.output
    said = [cell.value for row in openpyxl.load_workbook(tmp_path / "b.xlsx")["排名"].iter_rows() for cell in row]
    wanted, shipped = (rows_of(run(rank, *of, "--format", "csv").stdout) for of in (asked, ASKED))
    assert wanted == shipped, "the same text under another name"
    assert all(code in said for code in wanted)
    early = run(
        bulletin, "write", "--scheme", "our_city", "--period", "2026-10", *ASKED[4:], "--output", tmp_path / "c.xlsx"
    )
    assert (early.exit_code != 0, "尚未生效" in early.output) == (True, True)
    assert not (tmp_path / "c.xlsx").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--period": "2027-05"}, "尚未开始"),
        ({"--period": "x"}, "无法识别周期"),
        ({"--group": "grid"}, "没有“grid”这一组别"),
        ({"--scheme": "nothing"}, "nothing"),
        ({"--output": "b.pdf"}, ".xlsx"),
    ],
)
def test_nothing_is_written_when_the_question_makes_no_sense(
    run: Run, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    asked = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | {"--output": "b.xlsx"} | changed
    asked["--output"] = str(tmp_path / asked["--output"])

    done = run(bulletin, "write", *(word for pair in asked.items() for word in pair))

    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_template_is_written_and_taken_back_when_asked(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    assert run(bulletin, "template", "--output", own).exit_code == 0

    done = run(bulletin, "write", *ASKED, "--template", own, "--number", "〔2026〕9号", "--output", tmp_path / "b.docx")

    assert done.exit_code == 0, done.output
    assert "〔2026〕9号" in "\n".join(one.text for one in docx.Document(str(tmp_path / "b.docx")).paragraphs)
