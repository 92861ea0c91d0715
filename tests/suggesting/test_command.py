"""``hotline suggest``: the contract of design §9, in an empty home, with units, with a model, with bad input."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text

from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.learning import suggesting
from dispatch.learning.cli import train
from dispatch.learning.suggesting import WORDS, Absence
from dispatch.suggesting.cli import suggest
from tests.town import MONDAY, Desk

HEADER = ["id", "category", "category_confidence", "unit_code", "unit_confidence", "decision", "reasons"]
Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, desk: Desk) -> Run:
    app = create_app(config, clock=FixedClock(MONDAY))
    suggesting.forget()
    return lambda command, *words: app.test_cli_runner().invoke(command, [str(word) for word in words])


def asked(tmp_path: Path, *rows: tuple[str, str, str]) -> Path:
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("id", "text", "address"), *rows])
    return path


def answers(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_suggest_names_category_and_unit_when_the_words_tell(run: Run, tmp_path: Path) -> None:
    file = asked(
        tmp_path,
        ("a", "垃圾没人清\n楼下垃圾堆积\n好几天了", "东区柳荫街道"),
        ("b", "有件事\n不知道该找谁", ""),
        ("c", "", "东区柳荫街道"),
        ("d", "😀", ""),
        ("e", "English only", ""),
        ("f", "垃圾没人清，" * 20_000, "西区八一街道"),
    )

    done = run(suggest, file, "--output", tmp_path / "out.csv")

    assert (done.exit_code, done.stdout) == (0, ""), done.output
    head, *rows = answers(tmp_path / "out.csv")
    assert head == HEADER
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        ("a", "1601", "110001", "direct_dispatch"),
        ("b", "9901", "", "awaiting_dispatch"),
        ("c", "", "110001", "direct_dispatch"),
        ("d", "9901", "", "awaiting_dispatch"),
        ("e", "9901", "", "awaiting_dispatch"),
        ("f", "1601", "120001", "direct_dispatch"),
    ]
    assert all(row[6] for row in rows)
    assert "柳荫街道" in rows[0][6]


def test_suggest_answers_with_the_labels_of_the_file_when_a_model_was_trained(run: Run, tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.csv"
    with labelled.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("text", "label"))
        for number in range(30):
            writer.writerow((f"路灯坏了\n第{number}盏路灯不亮，晚上很黑", "市政·照明"))
            writer.writerow((f"拖欠工资\n老板欠薪{number}个月不给工资", "劳动/欠薪"))
    assert run(train, labelled).exit_code == 0

    run(suggest, asked(tmp_path, ("1", "路灯\n楼下路灯不亮", ""), ("2", "", "")), "--output", tmp_path / "out.csv")

    _head, lamp, empty = answers(tmp_path / "out.csv")
    assert lamp[1] == "市政·照明"
    assert 0.5 < float(lamp[2]) <= 1
    assert "不在分类表内" in lamp[6]
    assert empty[1:3] == ["", ""]


def test_suggest_goes_by_keywords_and_says_so_when_the_model_file_is_cut_in_half(
    run: Run, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    monkeypatch.setattr("dispatch.learning.store.folder", lambda: models)
    labelled = tmp_path / "labelled.csv"
    lamps = "".join(f"路灯坏了第{number}盏,照明\n老板欠薪{number}个月,欠薪\n" for number in range(30))
    labelled.write_text("text,label\n" + lamps, encoding="utf-8")
    assert run(train, labelled).exit_code == 0
    file = asked(tmp_path, ("1", "垃圾没人清\n楼下垃圾堆积", "东区柳荫街道"))
    assert run(suggest, file, "--output", tmp_path / "out.csv").stderr.count("模型") == 0
    half = "UPDATE category_model_file SET body = substring(body FROM 1 FOR length(body) / 2)"
    desk.run(lambda session: session.execute(text(half)))
    for copy in models.iterdir():
        copy.write_bytes(copy.read_bytes()[:1000])
    suggesting.forget()

    done = run(suggest, file, "--output", tmp_path / "out.csv")

    assert done.exit_code == 0, done.output
    _head, row = answers(tmp_path / "out.csv")
    assert (row[1], row[3]) == ("1601", "110001")
    assert WORDS[Absence.BROKEN] in done.stderr
    assert WORDS[Absence.BROKEN] in row[6]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,text\n1,abc\n", None),
        (b"text,address\na,b\n", "id"),
        (b"id,text,address\n1,\xff\xfe,\n", "UTF-8"),
        (b'id,text,address\n1,"abc\n', "引号"),
        (b"id,text,address\n1,a\n", "应有 3 列"),
        (b"", "第 1 行"),
    ],
)
def test_suggest_writes_nothing_and_names_the_line_when_the_file_is_bad(
    run: Run, tmp_path: Path, content: bytes, said: str | None
) -> None:
    (tmp_path / "in.csv").write_bytes(content)

    done = run(suggest, tmp_path / "in.csv", "--output", tmp_path / "out.csv")

    assert done.exit_code == (1 if said else 0), done.output
    assert (tmp_path / "out.csv").exists() == (said is None)
    assert said is None or said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
