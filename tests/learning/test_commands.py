"""``hotline train``, ``hotline evaluate`` and ``hotline models`` as an administrator meets them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click import Command
from click.testing import Result

from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.learning.cli import evaluate, train
from dispatch.learning.rows import Row
from dispatch.learning.suggesting import current_model
from dispatch.learning.versions_cli import models
from tests.learning import town_words
from tests.town import MONDAY, Desk

Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, desk: Desk) -> Run:
    """A command on the town's database."""
    app = create_app(config, clock=FixedClock(MONDAY))

    def invoke(command: Command, *words: object) -> Result:
        return app.test_cli_runner().invoke(command, [str(word) for word in words])

    return invoke


def write(path: Path, rows: Iterable[Row], header: str = "text,label") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(header + "\r\n")
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return write(tmp_path / "labelled.csv", town_words.rows())


def test_train_and_evaluate_when_the_file_is_sound(run: Run, desk: Desk, labelled: Path, tmp_path: Path) -> None:
    done = run(train, labelled)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == desk.run(current_model).version
    assert "60 行，3 个分类" in done.stderr
    again = run(train, labelled)
    assert again.stdout == done.stdout

    fresh = [
        Row("泉水路水管爆裂\n没有自来水，急", "供水 W-01"),
        Row("夜里打桩\n工地施工噪声太大", "交通"),
        Row("月台积水\n路灯不亮", "交通"),
    ]
    mixed = write(tmp_path / "mixed.csv", [*town_words.rows(2), *fresh])
    found = run(evaluate, mixed, "--format", "json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["unknown_labels"] == ["交通"]
    assert (told["unseen"]["rows"], told["trained_on"]["rows"]) == (3, 6)
    assert told["unseen"]["accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert "交通" in found.stderr
    rows = list(csv.DictReader(io.StringIO(run(evaluate, mixed, "--format", "csv").stdout)))
    assert {row["rows"] for row in rows} == {"unseen", "trained_on"}
    assert [row["accuracy"] for row in rows if row["label"] == ""] == ["0.3333", "1.0000"]
    assert "macro-F1" in run(evaluate, mixed).stdout


def test_name_the_bad_rows_and_train_nothing_when_some_are_bad(run: Run, desk: Desk, tmp_path: Path) -> None:
    rows = [*town_words.rows(4), Row("  \n", "水"), Row("停水", " "), Row("停水", "长" * 201), Row("独一件", "孤例")]
    bad = write(tmp_path / "bad.csv", rows)
    refused = run(train, bad)
    assert (refused.exit_code, refused.stdout) == (1, "")
    rejects = list(csv.DictReader((tmp_path / "bad.csv.rejects.csv").open(encoding="utf-8")))
    assert [row["column"] for row in rejects] == ["text", "label", "label"]
    assert desk.run(current_model) is None
    done = run(train, bad, "--skip-bad")
    assert done.exit_code == 1
    assert done.stdout.startswith("model@")
    assert "孤例" in done.stderr
    assert set(desk.run(current_model).labels) == set(town_words.SUBJECTS)


def test_say_what_is_needed_when_a_label_has_one_row(run: Run, tmp_path: Path) -> None:
    refused = run(train, write(tmp_path / "few.csv", [*town_words.rows(2), Row("独一件", "孤例")]))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "孤例" in refused.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        ("正文,分类\n停水,水\n".encode(), "缺少列"),
        ("text,label\n路灯坏了,照明\n".encode("gbk"), "UTF-8"),
        ("text,label\n停水,水\n".encode("utf-16"), "UTF-16"),
        (b'text,label\n"open', "引号"),
    ],
)
def test_refuse_in_words_when_the_file_is_no_labelled_file(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    for command in (train, evaluate):
        refused = run(command, path)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert said in refused.stderr
        assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_refuse_when_nothing_can_be_evaluated_or_the_source_is_unclear(run: Run, labelled: Path) -> None:
    cold = run(evaluate, labelled)
    assert (cold.exit_code, cold.stdout) == (2, "")
    assert "关键词" in cold.stderr
    assert run(train).exit_code == 2
    assert run(train, labelled, "--from-tickets").exit_code == 2
    assert run(train, labelled, "--since", "2026-01-01T00:00:00+08:00").exit_code == 2
    assert run(train, "--from-tickets", "--since", "gestern").exit_code == 2
    assert "training.no_rows" in run(train, "--from-tickets").stderr


def test_list_use_and_retire_when_models_are_on_record(run: Run, labelled: Path, tmp_path: Path) -> None:
    run(train, labelled)
    second = run(train, write(tmp_path / "more.csv", town_words.rows(24))).stdout.strip()
    lines = [line.split("\t") for line in run(models, "list").stdout.splitlines()]
    assert [(line[0], line[1]) for line in lines] == [("2", "in_force"), ("1", "kept")]
    assert (lines[0][3], lines[0][4], lines[1][7]) == (second, "72", "file:labelled.csv")
    assert run(models, "use", 1).exit_code == 0
    assert run(models, "use", 1).exit_code == 2
    assert run(models, "use", 9).exit_code == 2
    assert run(models, "retire").exit_code == 0
    assert run(models, "retire").exit_code == 2
    cold = run(models, "list")
    assert "关键词" in cold.stderr
    assert "in_force" not in cold.stdout
    assert run(models, "drift").stdout == ""
