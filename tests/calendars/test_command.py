"""``hotline calendar`` as an administrator meets it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy.orm import Session

from dispatch.calendars import recount, services, walkers
from dispatch.calendars.cli import calendar
from dispatch.directory.snapshot import Reference
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from tests.calendars.test_recount import NEW_YEAR, YEAR_END, stands, with_limit
from tests.town import Desk

Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, desk: Desk) -> Run:
    """The command on the town's database, at the year's end."""
    desk.at = YEAR_END
    app = create_app(replace(config), clock=FixedClock(YEAR_END))

    def invoke(*words: object) -> Result:
        return app.test_cli_runner().invoke(calendar, [str(word) for word in words])

    return invoke


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "2027.json"
    days = [{"name": day.name, "date": day.day.isoformat(), "isOffDay": day.is_off} for day in NEW_YEAR.days]
    path.write_text(json.dumps({"year": 2027, "days": days}), "utf-8")
    return path


def test_preview_then_import_then_show(run: Run, desk: Desk, notice: Path, tmp_path: Path) -> None:
    ticket_id = with_limit(desk, "5wd")
    number = desk.accepted[-1].ticket_no

    seen = run("preview", notice, "--output", tmp_path / "moved.csv")
    assert (seen.exit_code, seen.stdout) == (0, "")
    lines = (tmp_path / "moved.csv").read_text("utf-8").splitlines()
    assert lines[0] == "ticket_no,unit_code,part,due_before,due_after"
    assert [line.split(",")[:3] for line in lines[1:]] == [[number, "110001", ""], [number, "110001", "1"]]
    assert "数据没有改动" in seen.stderr
    assert stands(desk, ticket_id)[0].is_due_provisional
    assert run("show", 2027).exit_code == 1

    done = run("import", notice)
    assert done.exit_code == 0, done.output
    assert "1 张在办工单" in done.stderr
    assert not stands(desk, ticket_id)[0].is_due_provisional
    shown = run("show", 2027)
    assert shown.stdout.splitlines()[0] == "date,name,is_off"
    assert len(shown.stdout.splitlines()) == 1 + len(NEW_YEAR.days)
    assert "2027.json" in run("history").stdout
    assert "0 张在办工单" in run("import", notice).stderr
    assert len(run("history").stdout.splitlines()) == 1


def test_what_cannot_be_a_notice_is_refused_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("date,name,is_off\n2027-01-01,元旦,1\n", "utf-8")
    for words, said in (
        (("import", bad), "calendar.not_announced"),
        (("import", bad, "--year", 2026), "calendar.not_announced"),
        (("import", "--package"), "--year"),
        (("import",), "请给出文件"),
        (("show", 2027), "暂定"),
    ):
        refused = run(*words)
        assert refused.exit_code != 0
        assert said in refused.output
        assert "Traceback" not in refused.output
    assert run("history").stdout == ""


def test_local_additions_are_previewed_and_put_in_force(run: Run, desk: Desk, tmp_path: Path) -> None:
    ticket_id = with_limit(desk, "1wd")
    before = stands(desk, ticket_id)[0].due_at
    path = tmp_path / "local.csv"
    path.write_text("date,name,kind\n2026-12-31,本市放假,off\n", "utf-8")
    assert "1 天有变化" in run("local", path, "--preview").stderr
    assert stands(desk, ticket_id)[0].due_at == before
    assert "1 张在办工单" in run("local", path).stderr
    assert stands(desk, ticket_id)[0].due_at > before  # type: ignore[operator]


def test_cut_run_is_finished_by_the_same_file_when_days_were_taken_out(run: Run, desk: Desk, tmp_path: Path) -> None:
    ticket_id = with_limit(desk, "1wd")
    before = stands(desk, ticket_id)[0].due_at
    path = tmp_path / "local.csv"
    path.write_text("date,name,kind\n2026-12-31,本市放假,off\n", "utf-8")
    assert run("local", path).exit_code == 0
    desk.run(services.replace_local, [], source="local.csv", actor="x", at=desk.at)  # and then the machine went off
    path.write_text("date,name,kind\n", "utf-8")
    assert "1 张在办工单" in run("local", path).stderr
    assert stands(desk, ticket_id)[0].due_at == before


def moves(desk: Desk, ticket_id: int) -> int:
    """How often a calendar moved this ticket."""
    return [event.data.get("because") for event in desk.events(ticket_id)].count("calendar")


def test_several_processes_move_every_ticket_once_when_there_are_many_batches(
    run: Run, desk: Desk, notice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_ids = [with_limit(desk, "5wd") for _ in range(5)]
    monkeypatch.setattr(walkers, "BATCH", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    done = run("import", notice)
    assert done.exit_code == 0, done.output
    assert "5 张在办工单" in done.stderr
    for ticket_id in ticket_ids:
        ticket, *_ = stands(desk, ticket_id)
        assert not ticket.is_due_provisional
        assert moves(desk, ticket_id) == 1


def test_same_command_finishes_the_walk_when_one_of_its_processes_was_killed(
    run: Run, desk: Desk, notice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_ids = [with_limit(desk, "5wd") for _ in range(4)]
    monkeypatch.setattr(walkers, "BATCH", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    move = recount.move_these

    def die_at_the_third(session: Session, city: Reference, ids: list[int], **stamp: Any) -> list[Any]:
        if ids == [ticket_ids[2]]:
            os.kill(os.getpid(), signal.SIGKILL)
        return move(session, city, ids, **stamp)

    with monkeypatch.context() as patch:
        patch.setattr(recount, "move_these", die_at_the_third)
        cut = run("import", notice)
    assert cut.exit_code == 1
    assert "再次运行" in cut.output
    assert run("import", notice).exit_code == 0
    for ticket_id in ticket_ids:
        assert moves(desk, ticket_id) == 1
