"""``hotline duty import F``: all rows or none, each fault by line, column and reason."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from dispatch.duty.cli import duty
from dispatch.duty.models import DutyShift
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from tests.duty.conftest import Rota
from tests.town import MONDAY

Run = Callable[[str], Result]
HEADER = "unit_code,starts_at,ends_at,login,backup_login\n"
DAY = "110001,2026-11-03T08:30:00+08:00,2026-11-03T18:00:00+08:00,li,wang\n"
NIGHT = "110001,2026-11-03T18:00:00+08:00,2026-11-04T08:30:00+08:00,wang,\n"


@pytest.fixture
def run(config: Config, rota: Rota, tmp_path: Path) -> Run:
    for login in ("li", "wang"):
        rota.person(login)
    rota.person("foreign", unit="120001")
    app = create_app(replace(config), clock=FixedClock(MONDAY))

    def invoke(rows: str, header: str = HEADER) -> Result:
        (tmp_path / "rota.csv").write_text(header + rows, encoding="utf-8")
        return app.test_cli_runner().invoke(duty, ["import", str(tmp_path / "rota.csv")])

    return invoke


def shifts(rota: Rota) -> int:
    return len(rota.desk.run(lambda session: session.scalars(select(DutyShift)).all()))


def rejects(tmp_path: Path) -> list[tuple[str, str]]:
    with (tmp_path / "rota.csv.rejects.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["line"], row["column"]) for row in csv.DictReader(stream) if row["reason"]]


def test_enter_every_row_when_all_are_sound(run: Run, rota: Rota, tmp_path: Path) -> None:
    done = run(DAY + NIGHT)
    assert done.exit_code == 0, done.output
    assert "登记 2 个班次" in done.stderr
    assert done.stdout == ""
    assert shifts(rota) == 2
    assert not (tmp_path / "rota.csv.rejects.csv").exists()


def test_name_each_bad_row_and_enter_none_when_some_are_bad(run: Run, rota: Rota, tmp_path: Path) -> None:
    bad = (
        "nowhere,2026-11-05T08:30:00+08:00,2026-11-05T18:00:00+08:00,li,\n"
        "110001,2026-11-05 08:30,2026-11-05T18:00:00+08:00,li,\n"
        "110001,2026-11-05T18:00:00+08:00,2026-11-05T08:30:00+08:00,li,\n"
        "110001,2026-11-06T08:30:00+08:00,2026-11-06T18:00:00+08:00,nobody,\n"
        "110001,2026-11-06T08:30:00+08:00,2026-11-06T18:00:00+08:00,li,foreign\n"
        "110001,2026-11-03T17:00:00+08:00,2026-11-03T20:00:00+08:00,li,\n"
        "110001,2026-11-07T08:30:00+08:00\n"
    )
    done = run(DAY + bad)
    assert done.exit_code == 1
    assert "没有导入任何一行" in done.stderr
    assert shifts(rota) == 0
    assert rejects(tmp_path) == [
        ("3", "unit_code"),
        ("4", "starts_at"),
        ("5", "ends_at"),
        ("6", "login"),
        ("7", "backup_login"),
        ("8", "starts_at"),
        ("9", ""),
    ]


def test_name_the_row_when_it_overlaps_what_is_on_record(run: Run, rota: Rota, tmp_path: Path) -> None:
    assert run(DAY).exit_code == 0
    assert run(NIGHT + DAY).exit_code == 1  # the same file twice enters nothing twice
    assert rejects(tmp_path) == [("3", "starts_at")]
    assert shifts(rota) == 1


def test_say_what_is_missing_when_the_header_is_another_tables(run: Run, rota: Rota, tmp_path: Path) -> None:
    done = run("110001,x\n", header="unit_code,name\n")  # type: ignore[call-arg]
    assert done.exit_code == 1
    assert rejects(tmp_path)[0][0] == "1"
    assert shifts(rota) == 0
