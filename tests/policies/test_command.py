"""``hotline policy`` and ``hotline limits simulate`` as an administrator meets them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click import Command
from click.testing import Result

from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.policies.cli import policy
from dispatch.policies.report import COLUMNS
from dispatch.policies.simulate_cli import limits
from dispatch.tickets.models import Ticket
from tests.policies.words import file, ordinary, put
from tests.town import MONDAY, Desk

Run = Callable[..., Result]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def run(config: Config, desk: Desk, clock: FixedClock) -> Run:
    """A command on the town's database."""
    app = create_app(config, clock=clock)

    def invoke(command: Command, *words: object) -> Result:
        return app.test_cli_runner().invoke(command, [str(word) for word in words])

    return invoke


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "new.toml"
    path.write_text(file(ordinary("3nd", "2h", "4h")), "utf-8")
    return path


def test_put_list_show_and_withdraw_when_a_policy_is_to_come(run: Run, draft: Path) -> None:
    assert run(policy, "put", draft, "--from", "2026-11-01T00:00:00+08:00").exit_code == 2, "the past"
    done = run(policy, "put", draft, "--from", "2026-12-01T00:00:00+08:00")
    assert (done.exit_code, done.stdout) == (0, "2\n"), done.output
    rows = [line.split("\t") for line in run(policy, "list").stdout.splitlines()]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("2", "coming", "2026-12-01T00:00:00+08:00"),
        ("1", "in_force", "—"),
    ]
    assert run(policy, "show", 2).stdout == draft.read_text("utf-8")
    same = run(policy, "put", draft, "--from", "2026-12-02T00:00:00+08:00")
    assert (same.exit_code, "policy.same" in same.stderr) == (2, True)
    assert run(policy, "withdraw", 1).exit_code == 2, "it is in force"
    assert run(policy, "withdraw", 2).exit_code == 0
    assert "\twithdrawn\t" in run(policy, "list").stdout
    assert run(policy, "show", 9).exit_code == 2


def test_name_every_wrong_key_when_a_file_is_checked(run: Run, draft: Path, tmp_path: Path) -> None:
    sound = run(policy, "check", draft)
    assert (sound.exit_code, sound.stdout) == (0, "")
    bad = tmp_path / "bad.toml"
    text = file(ordinary("7x", "4h"), ("ahead_hours = 24", "ahead_hour = 24"), ("attempts = 3 ", 'attempts = "3" '))
    bad.write_text(text, "utf-8")
    wrong = run(policy, "check", bad)
    assert wrong.exit_code == 1
    keys = {line.partition("：")[0] for line in wrong.stdout.splitlines()}
    assert keys == {"limit[1].limit", "cards.ahead_hour", "cards.ahead_hours", "follow_up.attempts"}
    bad.write_bytes("名".encode("gbk"))
    assert "UTF-8" in run(policy, "check", bad).stderr
    bad.write_text("limit = [", "utf-8")
    assert "TOML" in run(policy, "check", bad).stdout


def test_answer_on_stdout_alone_when_history_is_simulated(
    run: Run, desk: Desk, clock: FixedClock, draft: Path, tmp_path: Path
) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=3).acknowledge(ticket_id)
    desk.later(hours=5).contact(ticket_id)
    desk.later(days=4).complete(ticket_id)
    desk.accept()
    clock.set(desk.later(days=1).at)
    span = ("--policy", draft, "--from", "2026-11-01", "--to", "2026-12-01")

    found = run(limits, "simulate", *span, "--format", "csv")
    assert found.exit_code == 0, found.output
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["unit_code"], row["tickets"]) for row in rows] == [("110001", "2"), ("", "2")]
    assert rows[0] | {"unit_name": ""} == dict.fromkeys(COLUMNS, "0") | {
        "unit_code": "110001",
        "unit_name": "",
        "tickets": "2",
        "late_after": "1",
        "newly_late": "1",
        "open_in_time": "1",
        "sign_late_before": "1",
        "sign_late_after": "2",
        "contact_late_after": "2",
    }
    assert "2 张工单" in found.stderr
    as_json = json.loads(run(limits, "simulate", *span, "--format", "json").stdout)
    assert [{name: str(value) for name, value in row.items()} for row in as_json] == rows
    assert run(limits, "simulate", *span).stdout.splitlines()[0].split() == list(COLUMNS)

    target = tmp_path / "out.csv"
    assert run(limits, "simulate", *span, "--output", target).stdout == ""
    assert target.read_bytes().decode().replace("\r\n", "\n") == found.stdout
    empty = run(limits, "simulate", "--policy", draft, "--from", "2026-10-01", "--to", "2026-11-01", "--format", "csv")
    assert len(empty.stdout.splitlines()) == 2


def test_refuse_in_one_sentence_when_the_span_makes_no_sense(run: Run, draft: Path) -> None:
    for since, until in (
        ("2026-11-02", "2026-11-01"),
        ("2026-11-02T09:00:00", "2026-12-01"),
        ("20261101", "2026-12-01"),
    ):
        refused = run(limits, "simulate", "--policy", draft, "--from", since, "--to", until)
        assert (refused.exit_code, refused.stdout) == (2, "")


def test_change_nothing_when_the_policy_in_force_is_simulated(run: Run, desk: Desk, tmp_path: Path) -> None:
    row = put(desk, file(ordinary("5wd", "4wh", "1wd")))
    for _ in range(3):
        desk.accept()
    corrected = desk.accept(category="1001").ticket_id
    desk.run(lambda session: setattr(session.get_one(Ticket, corrected), "returns", 0))
    current = tmp_path / "now.toml"
    current.write_text(row.body, "utf-8")
    found = run(
        *(limits, "simulate", "--policy", current, "--from", "2026-11-01"),
        *("--to", (desk.at + timedelta(days=1)).isoformat(), "--format", "json"),
    )
    total = json.loads(found.stdout)[-1]
    assert total["tickets"] == 4
    assert (total["newly_late"], total["no_longer_late"]) == (0, 0)
    assert total["sign_late_before"] == total["sign_late_after"]
