"""``hotline taxonomy`` and ``hotline catalogue`` as an administrator meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click import Command
from click.testing import Result

from dispatch.catalogue.cli import catalogue as catalogue_command
from dispatch.catalogue.cli import taxonomy as taxonomy_command
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.routing.taxonomy import shipped_taxonomy_text
from tests.catalogue.words import catalogue, taxonomy
from tests.town import MONDAY, Desk

Run = Callable[..., Result]
DECEMBER = "2026-12-01T00:00:00+08:00"


@pytest.fixture
def run(config: Config, desk: Desk) -> Run:
    """A command on the town's database."""
    app = create_app(config, clock=FixedClock(MONDAY))

    def invoke(command: Command, *words: object) -> Result:
        return app.test_cli_runner().invoke(command, [str(word) for word in words])

    return invoke


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (catalogue_command, catalogue("10,,,,E-01,,,,供热")),
        (taxonomy_command, taxonomy("16,环境,,", "1699,清运,16,垃圾:9")),
    ],
)
def test_put_list_show_and_withdraw_when_a_file_is_to_come(
    run: Run, tmp_path: Path, command: Command, text: str
) -> None:
    file = tmp_path / "十二月.csv"
    file.write_text(text, "utf-8")
    assert run(command, "put", file, "--from", "2026-11-01T00:00:00+08:00").exit_code == 2, "the past"
    done = run(command, "put", file, "--from", DECEMBER)
    assert done.exit_code == 0, done.output
    number = done.stdout.strip()
    rows = [line.split("\t") for line in run(command, "list").stdout.splitlines()]
    assert [(row[1], row[2]) for row in rows] == [("coming", DECEMBER), ("in_force", "—")]
    assert (rows[0][0], rows[0][4]) == (number, "十二月")
    assert run(command, "show", number).stdout == text
    assert run(command, "withdraw", number).exit_code == 0
    assert run(command, "withdraw", number).exit_code == 2
    assert run(command, "show", 4_000).exit_code == 2


def test_show_what_is_in_force_when_no_number_is_given(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(taxonomy("16,环境,,"), "utf-8")
    assert run(taxonomy_command, "put", file, "--from", DECEMBER, "--name", "新").exit_code == 0
    assert run(taxonomy_command, "show").stdout == shipped_taxonomy_text()


def test_name_each_fault_on_stdout_when_a_file_is_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(catalogue("10,,,,E-77,,,,供热", "10,,,,E-01,,,,供热"), "utf-8")
    checked = run(catalogue_command, "check", file)
    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == [
        "第 5 行 lead：没有单位“E-77”。",
        "第 6 行：与第 5 行说的是同一种情形，不知以哪一行为准。",
    ]
    file.write_text(catalogue("10,,,,E-01,,,,供热"), "utf-8")
    sound = run(catalogue_command, "check", file)
    assert (sound.exit_code, sound.stdout) == (0, "")
    file.write_bytes(catalogue("10,,,,E-01,,,,供热").encode("gb18030"))
    assert run(catalogue_command, "check", file).exit_code == 2
