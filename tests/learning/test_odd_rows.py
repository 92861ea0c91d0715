"""Odd rows in a labelled file: learnt or named, never a stack trace, and what comes of them answers any text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import Result

from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.learning.cli import evaluate, train
from dispatch.suggesting.cli import suggest
from tests.town import MONDAY, Desk

ODD = ("😤🚮👨‍👩‍👧", "The street light is broken", "长" * 100_000, "。。。……", "<b>路灯</b>'; DROP TABLE x; --")


def written(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


@pytest.mark.parametrize("odd", ODD, ids=["emoji", "english", "100,000 characters", "marks", "markup"])
def test_train_evaluate_and_suggest_with_rows_that_say_little(
    config: Config, desk: Desk, tmp_path: Path, odd: str
) -> None:
    runner = create_app(config, clock=FixedClock(MONDAY)).test_cli_runner()

    def run(command: object, *words: object) -> Result:
        return runner.invoke(command, [str(word) for word in words])  # type: ignore[arg-type]

    rows = [(f"路灯坏了\n第{number}盏不亮", "照明") for number in range(30)]
    rows += [(f"老板欠薪\n{number}个月不给工资", "欠薪") for number in range(30)]
    file = written(tmp_path / "labelled.csv", ("text", "label"), [*rows, (f"{odd}1", "照明"), (f"{odd}2", "欠薪")])
    assert run(train, file).exit_code == 0
    found = run(evaluate, file, "--format", "json")
    assert found.exit_code == 0, found.output
    asked = written(tmp_path / "in.csv", ("id", "text", "address"), [("1", odd, ""), ("2", odd, odd[:200])])
    done = run(suggest, asked, "--output", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        answers = list(csv.DictReader(stream))
    assert {one["category"] for one in answers} <= {"照明", "欠薪"}
    assert all(one["category"] for one in answers), "always the best label for a text that is not empty"
    assert {one["decision"] for one in answers} == {"awaiting_dispatch"}
    assert {one["unit_code"] for one in answers} == {""}


def test_say_which_line_is_empty_when_a_row_has_no_text(config: Config, desk: Desk, tmp_path: Path) -> None:
    rows = [(f"路灯坏了\n第{number}盏不亮", "照明") for number in range(5)]
    file = written(tmp_path / "labelled.csv", ("text", "label"), [*rows, ("", "照明"), ("欠薪", "")])
    done = create_app(config, clock=FixedClock(MONDAY)).test_cli_runner().invoke(train, [str(file)])
    assert done.exit_code == 1
    assert "第 12 行(text)" in done.stderr
    assert "第 13 行(label)" in done.stderr
