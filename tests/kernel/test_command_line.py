"""The command line as people and scripts meet it: stdout carries the answer alone, and every command is one clear line away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import wsgi
from dispatch.kernel.bootstrap import head_revision
from dispatch.kernel.command_line import Entry, LazyGroup
from dispatch.kernel.config import Config

ROOT = Path(wsgi.__file__).parent


@pytest.fixture
def hotline(config: Config, monkeypatch):
    """Run ``hotline …`` on a database of the test's own."""
    secrets = {"HOTLINE_SECRET_KEY": config.secret_key, "HOTLINE_HOME": str(config.home)}
    for name, value in {**secrets, "HOTLINE_REDIS_URL": str(config.redis_url)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wsgi, "_configured", lambda: config)

    def run(*words: str, **extra: object) -> Result:
        return CliRunner().invoke(wsgi.cli, list(words), **extra)

    return run


def make_account(hotline) -> None:
    words = ["--login", "op1", "--name", "测试", "--role", "operator", "--password", "correct horse"]
    assert hotline("accounts", "create", *words).exit_code == 0


def test_token_is_all_of_stdout_when_issued(hotline) -> None:
    make_account(hotline)
    done = hotline("accounts", "token", "--login", "op1", "--scope", "intake")
    assert done.exit_code == 0
    assert re.fullmatch(r"[\w-]{43}\n", done.stdout)


def test_link_to_set_the_password_is_all_of_stdout_when_issued(hotline) -> None:
    make_account(hotline)
    done = hotline("accounts", "invite", "--login", "op1")
    assert done.exit_code == 0
    assert re.fullmatch(r"/welcome/[\w-]{43}\n", done.stdout)


def test_account_is_listed_when_made_and_disabled(hotline) -> None:
    make_account(hotline)
    assert hotline("accounts", "list").stdout == "op1\t测试\t\toperator\tactive\n"
    hotline("accounts", "disable", "--login", "op1")
    assert hotline("accounts", "list").stdout == "op1\t测试\t\toperator\tdisabled\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["accounts", "disable", "--login", "nobody"], "account.not_found"),
        (["accounts", "invite", "--login", "nobody"], "account.not_found"),
        (["accounts", "token", "--login", "nobody", "--scope", "intake"], "account.not_found"),
        (
            [
                "accounts",
                "create",
                "--login",
                "a1",
                "--name",
                "a",
                "--role",
                "unit_head",
                "--unit",
                "x",
                "--password",
                "correct horse",
            ],
            "unit.unknown_code",
        ),
    ],
)
def test_refusal_is_one_line_on_stderr_when_rules_say_no(hotline, words: list[str], code: str) -> None:
    done = hotline(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("错误")]
    assert code in line


def test_audit_finds_nothing_when_database_is_empty(hotline) -> None:
    done = hotline("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 处问题" in done.stderr


def test_audit_names_the_ticket_when_a_seal_was_planted(hotline, config: Config) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(str(config.database_url))
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO seal (at, leaf_count, leaves, root, previous, hash) VALUES (now(), 0, '', 'x', '', 'y')")
        )
    engine.dispose()
    done = hotline("audit", "verify")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == ["audit.changed_seal\tticket=-\tseal 1"]


def test_migrations_are_at_the_head_when_any_command_was_called(config: Config) -> None:
    environment = {**os.environ, "HOTLINE_HOME": str(config.home)}
    command = [sys.executable, "-c", "import wsgi; wsgi.cli()", "db", "current"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, f"{head_revision()} (head)\n")


def test_overview_lists_every_command_when_asked_for_help() -> None:
    shown = CliRunner().invoke(wsgi.cli, ["--help"])
    assert shown.exit_code == 0
    for name in wsgi.COMMANDS:
        assert re.search(rf"^  {name} ", shown.stdout, re.MULTILINE), name


def test_missing_part_is_one_clear_line_when_called() -> None:
    group = LazyGroup(
        {
            "absent": Entry("dispatch.absent.cli:absent", "不在"),
            "quick": Entry("dispatch.absent:x", "不在", is_quick=True),
        },
        create_app=wsgi.command_app,
        name="hotline",
    )
    for name in ("absent", "quick"):
        done = CliRunner().invoke(group, [name])
        assert done.exit_code == 1
        assert f"命令 {name} 不在此安装中" in done.stderr


def test_unknown_command_is_refused_when_typed() -> None:
    done = CliRunner().invoke(wsgi.cli, ["nonsense"])
    assert done.exit_code == 2
    assert "nonsense" in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["due", "--from", "2026-11-02T09:00:00+08:00", "--limit", "5wd"]])
def test_quick_command_imports_neither_flask_nor_database_when_run(words: list[str]) -> None:
    code = (
        "import sys, wsgi\n"
        "try: wsgi.cli(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip().splitlines()[-1] == "[]"
    assert done.stdout


@pytest.mark.parametrize("words", [["accounts", "list"], ["serve"]])
def test_wrong_configuration_is_one_clear_line_when_starting(words: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "HOTLINE_HOME": str(tmp_path), "HOTLINE_WORKERS": "many"}
    code = "import wsgi; wsgi.cli()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.strip().splitlines()
    assert "HOTLINE_WORKERS" in line
