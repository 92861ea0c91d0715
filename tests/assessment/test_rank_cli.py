"""``hotline rank`` and ``hotline schemes`` as processes: bytes on stdout, everything else on stderr, exit codes (design §9)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assessment.cli import rank as rank_command
from assessment.cli import schemes as schemes_command
from dispatch.kernel.config import Config
from tests.apps import whole_app

ROOT = Path(__file__).parents[2]
HEADER = (
    b"rank,unit_code,unit_name,received,valid,contacted,solved,satisfied,basically,excluded,"
    b"response_rate,resolution_rate,satisfaction_rate,score,class,note\r\n"
)
UNITS = "code,name,kind,parent_code,population\nD1,东区,district,,\nT1,甲街道,township,D1,\nT2,乙镇,township,D1,\n"
TICKETS = (
    "ticket_no,kind,channel,category,received_at,dispatched_at,due_at,unit_code,acknowledged_at,first_contact_at,completed_at,"
    "followed_up_at,reached,contacted,solved,satisfaction,excluded,returns,redos,title,text,address\n"
    "a,complaint,,,2025-10-01T08:00:00+08:00,2025-10-01T08:01:00+08:00,,T1,,,,"
    "2025-10-09T08:00:00+08:00,true,true,yes,basically,,,,,,\n"
    "b,complaint,,,2025-10-02T08:00:00+08:00,2025-10-02T08:01:00+08:00,,T1,,,,,,,,,,,,,,\n"
)
QUESTION = ("rank", "--scheme=beijing", "--period=2025-10", "--group=township")
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def hotline() -> Iterator[Run]:
    """The command line in an empty HOTLINE_HOME of its own, in a C locale: nothing but the command itself sets it up."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-rank-"))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    environ = ours | {"PYTHONPATH": str(ROOT), "HOTLINE_HOME": str(folder / "home"), "LC_ALL": "C"}

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-c", "from wsgi import cli; cli()", *words]
        return subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=180)

    try:
        yield run
    finally:
        run("stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_rank_answers_by_itself_and_then_from_files_when_the_home_is_empty(hotline: Run, tmp_path: Path) -> None:
    done = hotline(*QUESTION, "--format=csv")
    assert (done.returncode, done.stdout) == (0, HEADER), done.stderr.decode()
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "tickets.csv").write_text(TICKETS, "utf-8")
    assert hotline("import", "units", str(tmp_path / "units.csv")).returncode == 0
    done = hotline("import", "tickets", str(tmp_path / "tickets.csv"))
    assert done.returncode == 0, done.stderr.decode()
    done = hotline(*QUESTION, "--format=csv")
    first = "1,T1,甲街道,2,1,1,1,0,1,0,100.00,100.00,90.00,96.00,,\r\n".encode()
    second = ",T2,乙镇,0,0,0,0,0,0,0,,,,,,no_valid_follow_up\r\n".encode()
    assert done.stdout == HEADER + first + second
    done = hotline(*QUESTION, "--format=csv", "--as-of=2025-10-20T00:00:00+08:00")
    assert done.stdout == HEADER + first + second
    assert "运行中(running)" in done.stderr.decode()
    assert "另有 1 件" in done.stderr.decode()
    assert hotline(*QUESTION, "--format=json").stdout.startswith(b"[\n {\n")


def assert_refused(code: str, exit_code: int, out: str, told: str) -> None:
    lines = told.splitlines()
    assert (exit_code, out) == (2, "")
    assert len([line for line in lines if line.startswith(f"错误({code}):")]) == 1
    assert not [line for line in lines if "Traceback" in line]


def test_rank_exits_2_with_one_line_when_the_process_is_asked_for_an_unknown_scheme(hotline: Run) -> None:
    done = hotline(*QUESTION, "--scheme=unknown")
    assert_refused("scheme.unknown", done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ("--scheme=unknown", "scheme.unknown"),
        ("--scheme=absent.toml", "scheme.unreadable"),
        ("--period=2025-13", "period.unreadable"),
        ("--period=2999-01", "period.not_begun"),
        ("--group=community", "ranking.unknown_group"),
        ("--as-of=2025-10-20", "limit.instant_unreadable"),
        ("--format=xml", "ranking.unknown_format"),
    ],
)
def test_rank_exits_2_with_one_line_when_the_question_makes_no_sense(config: Config, changed: str, code: str) -> None:
    done = whole_app(config).test_cli_runner().invoke(rank_command, [*QUESTION[1:], changed])
    assert isinstance(done.exception, SystemExit), done.exception
    assert_refused(code, done.exit_code, done.stdout, done.stderr)


def test_rank_exits_2_and_names_what_is_missing_when_asked_for_nothing(config: Config) -> None:
    done = whole_app(config).test_cli_runner().invoke(rank_command, [])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "必须给出 --scheme、--period 和 --group" in done.stderr


def test_schemes_are_listed_and_shown_when_asked(config: Config) -> None:
    run = whole_app(config).test_cli_runner()
    listed = run.invoke(schemes_command, ["list"]).stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["beijing", "deductions", "fair", "shanghai", "xining"]
    shown = run.invoke(schemes_command, ["show", "fair"]).stdout
    assert "归入周期:due_at\n" in shown
    assert "最低样本:30\n" in shown
    assert run.invoke(schemes_command, ["show", "none"]).exit_code == 2
