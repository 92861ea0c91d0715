"""``hotline import units``: exit codes and what is said where (design §9). As a process: tests/assessment/test_rank_cli.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text

from dispatch.directory.cli import import_units_command
from dispatch.kernel.config import Config
from tests.apps import whole_app

GOOD = "code,name,kind,parent_code,population\nD1,东区,district,,50\nT1,甲街道,township,D1,\n"
BAD = GOOD + "T2,乙街道,township,D9,\n"
Run = Callable[..., Result]


@pytest.fixture
def hotline(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command against this test's database, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    app = whole_app(config)

    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(import_units_command, words)

    return run


def units(config: Config) -> list[tuple[str, str]]:
    engine = create_engine(str(config.database_url))
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT code, name FROM unit JOIN unit_version USING (unit_id) ORDER BY code, valid_from")
        )
        found = [(row.code, row.name) for row in rows]
    engine.dispose()
    return found


def test_import_exits_0_with_nothing_on_stdout_when_the_file_is_sound(
    hotline: Run, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "u.csv").write_text(GOOD, "utf-8")
    for told in ("新增 2 个单位", "未变 2 个"):
        done = hotline("u.csv")
        assert (done.exit_code, done.stdout) == (0, "")
        assert told in done.stderr
    assert units(config) == [("D1", "东区"), ("T1", "甲街道")]
    assert not (tmp_path / "u.csv.rejects.csv").exists()


def test_import_exits_1_and_loads_nothing_when_a_row_is_bad(hotline: Run, config: Config, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(BAD, "utf-8")
    done = hotline("u.csv")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "第 4 行(parent_code)" in done.stderr
    assert units(config) == []
    assert (tmp_path / "u.csv.rejects.csv").read_text("utf-8").splitlines()[1].startswith("4,parent_code,")


def test_import_loads_the_rest_and_exits_1_when_told_to_skip(hotline: Run, config: Config, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(BAD, "utf-8")
    assert hotline("--skip-bad", "u.csv").exit_code == 1
    assert units(config) == [("D1", "东区"), ("T1", "甲街道")]


def test_import_exits_1_and_names_the_fault_when_the_header_is_wrong(
    hotline: Run, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "u.csv").write_text("code,name\nD1,东区\n", "utf-8")
    done = hotline("--skip-bad", "u.csv")
    assert done.exit_code == 1
    assert "缺少列 kind、parent_code、population" in done.stderr
    assert "没有导入任何一行" in done.stderr
    assert "Traceback" not in done.stderr


def test_import_keeps_the_old_name_before_the_given_instant_when_from_is_given(
    hotline: Run, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "u.csv").write_text(GOOD, "utf-8")
    hotline("u.csv")
    (tmp_path / "u.csv").write_text(GOOD.replace("甲街道", "新街道"), "utf-8")
    assert hotline("--from", "2026-01-01T00:00:00+08:00", "u.csv").exit_code == 0
    assert units(config) == [("D1", "东区"), ("T1", "甲街道"), ("T1", "新街道")]


@pytest.mark.parametrize("words", [("absent.csv",), ("--from", "2026-01-01T00:00", "u.csv"), ()])
def test_import_exits_2_when_called_wrongly(hotline: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "u.csv").write_text(GOOD, "utf-8")
    done = hotline(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
