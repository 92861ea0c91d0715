"""``hotline due``: one line on stdout, everything else on stderr, exit code 2 for bad input."""

import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from dispatch.limits.cli import due

START = ["--from", "2026-09-30T09:00:00+08:00"]


def run(*arguments: str, zone: str | None = None) -> Result:
    return CliRunner().invoke(due, arguments, env={"HOTLINE_TIME_ZONE": zone})


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--limit", "5wd"], "2026-10-14T00:00:00+08:00"),
        (["--limit", "2h"], "2026-09-30T11:00:00+08:00"),
        (["--limit", "7nd"], "2026-10-07T09:00:00+08:00"),
        (["--limit", "7nd", "--rolling"], "2026-10-07T09:00:00+08:00"),
        (["--limit", "7nd", "--end-of-day"], "2026-10-08T00:00:00+08:00"),
        (["--limit", "5wd", "--end-of-day"], "2026-10-14T00:00:00+08:00"),
        (["--limit", "24h", "--extend", "1nd", "--end-of-day"], "2026-10-03T00:00:00+08:00"),
        (["--limit", "24h", "--extend", "1wd", "--extend", "3h"], "2026-10-09T03:00:00+08:00"),
        (["--limit", "24h", "--extend", "3h", "--extend", "1wd"], "2026-10-09T00:00:00+08:00"),
        (
            ["--limit", "2h", "--pause", "2026-09-30T10:00:00+08:00/2026-09-30T02:30:00Z"],
            "2026-09-30T11:30:00+08:00",
        ),
        (
            [
                "--limit", "1wd",
                "--pause", "2026-10-08T12:00+08:00/2026-10-09 12:00:00+08:00",
                "--pause", "2026-09-30T10:00+08:00/2026-09-30T11:00+08:00",
            ],
            "2026-10-10T00:00:00+08:00",
        ),
    ],
)  # fmt: skip
def test_due_prints_one_line_when_the_input_is_good(arguments: list[str], line: str) -> None:
    result = run(*START, *arguments)

    assert (result.stdout, result.stderr, result.exit_code) == (line + "\n", "", 0)


def test_due_answers_in_the_business_zone_when_another_is_configured() -> None:
    result = run(*START, "--limit", "1wd", zone="Asia/Tokyo")

    assert result.stdout == "2026-10-09T00:00:00+09:00\n"


def test_due_warns_on_stderr_when_the_answer_is_provisional() -> None:
    result = run("--from", "2026-12-31T09:00:00+08:00", "--limit", "1wd")

    assert (result.stdout, result.exit_code) == ("2027-01-02T00:00:00+08:00\n", 0)
    assert "provisional" in result.stderr
    assert "暂定" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([*START], "limit.option_missing"),
        (["--limit", "5wd"], "limit.option_missing"),
        ([*START, "--limit", "5"], "limit.unreadable"),
        ([*START, "--limit", "0wd"], "limit.unreadable"),
        ([*START, "--limit", "5wd", "--extend", "x"], "limit.unreadable"),
        ([*START, "--limit", "5wd", "--rolling", "--end-of-day"], "limit.mode_contradicts"),
        (["--from", "2026-09-30T09:00:00", "--limit", "5wd"], "limit.instant_unreadable"),
        (["--from", "20260930T090000+0800", "--limit", "5wd"], "limit.instant_unreadable"),
        (["--from", "2026-W40-3T09:00:00+08:00", "--limit", "5wd"], "limit.instant_unreadable"),
        (["--from", "2026-02-30T09:00:00+08:00", "--limit", "5wd"], "limit.instant_unreadable"),
        ([*START, "--limit", "5wd", "--pause", "2026-10-08T09:00:00+08:00"], "limit.pause_unreadable"),
        ([*START, "--limit", "5wd", "--pause", "2026-10-08T09:00:00+08:00/"], "limit.instant_unreadable"),
        (
            [*START, "--limit", "5wd", "--pause", "2026-10-08T09:00:00+08:00/2026-10-08T09:00:00+08:00"],
            "limit.pause_reversed",
        ),
        (["--from", "0001-01-01T00:00:00+08:00", "--limit", "1h"], "limit.out_of_range"),
        (["--from", "9999-12-31T20:00:00Z", "--limit", "1h"], "limit.out_of_range"),
        ([*START, "--limit", "999999999wd"], "limit.out_of_range"),
    ],
)
def test_due_says_why_and_exits_2_when_the_input_is_bad(arguments: list[str], code: str) -> None:
    result = run(*arguments)

    assert (result.stdout, result.exit_code) == ("", 2)
    assert f"错误({code})" in result.stderr
    assert "Traceback" not in result.stderr


def test_due_exits_2_when_the_configured_zone_is_unknown() -> None:
    result = run(*START, "--limit", "1wd", zone="Mars/Base")

    assert (result.stdout, result.exit_code) == ("", 2)
    assert "HOTLINE_TIME_ZONE" in result.stderr


def test_due_loads_neither_web_nor_database_when_it_runs() -> None:
    program = (
        "import sys; from dispatch.limits.cli import due; "
        "due(sys.argv[1:], standalone_mode=False); "
        "heavy = {'flask', 'sqlalchemy', 'redis', 'rq', 'psycopg'} & set(sys.modules); "
        "sys.exit(','.join(heavy) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *START, "--limit", "5wd"], capture_output=True, text=True, timeout=60
    )

    assert (result.stdout, result.stderr, result.returncode) == ("2026-10-14T00:00:00+08:00\n", "", 0)
