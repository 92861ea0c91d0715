"""``hotline import places`` and ``import territory`` as commands: exit codes, what is said where, the rejects file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from dispatch.places.checks import COLUMNS
from dispatch.places.cli import import_places_command, import_territory_command
from tests.places.test_territory import BOW_TIE, collection, square
from tests.town import Desk

HEADER = ",".join(COLUMNS) + "\n"


@pytest.fixture
def hotline(app: Flask) -> CliRunner:
    return app.test_cli_runner()


def test_import_places_exits_0_and_says_how_many_on_stderr(hotline: CliRunner, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("kind,unit_code,name,code\nestate,110001,静安花园,P1\n", "utf-8")
    done = hotline.invoke(import_places_command, [str(file)])

    assert (done.exit_code, done.stdout) == (0, "")
    assert "新增 1 个地点" in done.stderr
    assert desk.reference.gazetteer.locate("静安花园").unit_code == "110001"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEADER + "P1,静安花园,estate,999,,,,,,,\n", "2,unit_code,"),
        ("code,name\n", "1,kind,"),
        ("", "1,,"),
        (HEADER + "P1,静安花园\n", "2,,"),
    ],
)
def test_import_places_exits_1_with_a_rejects_file_when_something_is_wrong(
    hotline: CliRunner, tmp_path: Path, text: str, line: str
) -> None:
    file = tmp_path / "p.csv"
    file.write_text(text, "utf-8")
    done = hotline.invoke(import_places_command, [str(file)])

    assert (done.exit_code, done.stdout) == (1, "")
    assert (tmp_path / "p.csv.rejects.csv").read_text("utf-8").splitlines()[1].startswith(line)


def test_import_territory_takes_sound_features_and_names_the_broken_one_when_told_to_skip(
    hotline: CliRunner, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "t.geojson"
    file.write_bytes(collection(({"code": "110001"}, square(116, 39)), ({"code": "110002"}, BOW_TIE)))

    assert hotline.invoke(import_territory_command, [str(file)]).exit_code == 2
    assert hotline.invoke(import_territory_command, [str(file), "--datum", "gcj02"]).exit_code == 1
    done = hotline.invoke(import_territory_command, [str(file), "--datum", "gcj02", "--skip-bad"])
    assert (done.exit_code, "新增 1 个辖区" in done.stderr) == (1, True)
    assert "多边形自相交" in (tmp_path / "t.geojson.rejects.csv").read_text("utf-8")
    assert desk.reference.territory.unit_at(116.5, 39.5, "gcj02").unit_code == "110001"
