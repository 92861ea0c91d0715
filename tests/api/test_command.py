"""``hotline intake``: JSON in, numbers on stdout, faults on stderr, exit code 1."""

from __future__ import annotations

import json

from click.testing import Result

from dispatch.tickets.cli import intake
from tests.api.conftest import COMPLAINT, Town


def run(town: Town, content: str | bytes) -> Result:
    return town.app.test_cli_runner().invoke(intake, ["-"], input=content)


def test_number_is_printed_when_one_object_is_given(town: Town) -> None:
    done = run(town, json.dumps(COMPLAINT, ensure_ascii=False, indent=2))
    assert done.exit_code == 0
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["unit"]["code"] == "110001"
    assert town.sql("SELECT ticket_no FROM ticket") == [(json.loads(line)["ticket_no"],)]


def test_good_lines_are_taken_in_when_others_are_bad(town: Town) -> None:
    lines = [
        json.dumps(COMPLAINT),
        "",
        json.dumps(COMPLAINT | {"colour": "red", "kind": "rumour"}),
        "{",
        json.dumps(COMPLAINT | {"unit_code": "nowhere"}),
        json.dumps(COMPLAINT),
    ]
    done = run(town, "\n".join(lines))
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    faults = done.stderr.splitlines()
    assert [fault.partition("：")[0] for fault in faults] == ["第 3 行", "第 4 行", "第 5 行"]
    assert "colour" in faults[0]
    assert "kind" in faults[0]
    assert "unit_code" in faults[2]
    assert town.sql("SELECT count(*) FROM ticket") == [(2,)]


def test_nothing_is_printed_when_the_file_is_empty(town: Town) -> None:
    done = run(town, b"")
    assert (done.exit_code, done.stdout) == (0, "")


def test_fault_names_the_line_when_bytes_are_no_utf8(town: Town) -> None:
    done = run(town, b'{"title": "\xff"}\n')
    assert done.exit_code == 1
    assert "第 1 行" in done.stderr
