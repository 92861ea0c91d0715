"""``hotline import tickets``: exit codes, what is said where, and that a killed import leaves nothing (design §9)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from dispatch.kernel import audit
from dispatch.kernel.application import create_app
from dispatch.kernel.config import Config
from dispatch.tickets import import_copy
from dispatch.tickets.import_cli import import_tickets_command
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import as_csv, bare, done

ROOT = Path(__file__).parents[2]
NOTHING = {"ticket": 0, "ticket_number": 0, "text_entry": 0, "event": 0, "seal": 0, "outbox": 0}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hotline(config: Config, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command against this test's database, in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    app = create_app(config)

    def run(*words: str) -> tuple[int, str, str]:
        done = app.test_cli_runner().invoke(import_tickets_command, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def start(config: Config, city: City, tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Start ``hotline import tickets t.csv`` as a process."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOTLINE_HOME": str(config.home),
        "HOTLINE_DATABASE_URL": str(config.database_url),
        "HOTLINE_REDIS_URL": str(config.redis_url),
        "HOTLINE_SECRET_KEY": "k" * 40,
        "HOTLINE_VAULT_KEYS": "k1:" + "A" * 43 + "=",
        "HOTLINE_BLIND_INDEX_KEYS": "1:" + "B" * 43 + "=",
    }

    def run() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from wsgi import cli; cli()", "import", "tickets", "t.csv"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=pipe, stderr=pipe, text=True)

    return run


def test_import_exits_0_with_nothing_on_stdout_when_the_file_is_sound(hotline: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(done(), bare()))
    for expected in ("新增 2 张工单，0 张已存在", "新增 0 张工单，2 张已存在"):
        code, out, told = hotline("t.csv")
        assert (code, out) == (0, "")
        assert expected in told
    assert not (tmp_path / "t.csv.rejects.csv").exists()


def test_import_exits_1_and_loads_nothing_when_a_row_is_bad(hotline: Run, city: City, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(done(), bare(kind="spam"), done(ticket_no="3", due_at="2025-09-01T00:00Z")))
    code, out, told = hotline("t.csv")
    assert (code, out) == (1, "")
    assert "第 4 行(kind)" in told
    assert "没有导入任何一行" in told
    assert city.counts() == NOTHING
    rejects = (tmp_path / "t.csv.rejects.csv").read_text("utf-8").splitlines()
    assert rejects[0] == "line,column,reason"
    assert [line.split(",")[:2] for line in rejects[1:]] == [["4", "kind"], ["5", "due_at"]]


def test_import_loads_the_rest_and_exits_1_when_told_to_skip(hotline: Run, city: City, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(done(), bare(kind="spam")))
    code, _, told = hotline("--skip-bad", "t.csv")
    assert code == 1
    assert "新增 1 张工单" in told
    assert "跳过 1 行" in told
    assert city.counts()["ticket"] == 1
    (tmp_path / "t.csv").write_bytes(as_csv(done(), bare()))
    assert hotline("t.csv")[0] == 0
    assert not (tmp_path / "t.csv.rejects.csv").exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "文件为空"),
        (as_csv().replace(b"satisfaction,", b""), "缺少列 satisfaction"),
        (as_csv().replace(b"explained", b"phone"), "不认识的列 phone"),
        (as_csv().decode().encode("utf-16"), "UTF-16"),
    ],
)
def test_import_exits_1_and_names_the_fault_when_the_header_is_wrong(
    hotline: Run, city: City, tmp_path: Path, data: bytes, told: str
) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    code, out, said = hotline("--skip-bad", "t.csv")
    assert (code, out) == (1, "")
    assert told in said
    assert "Traceback" not in said
    assert city.counts() == NOTHING


def test_import_names_the_line_when_a_file_is_not_utf_8_or_a_description_is_10_mb(
    hotline: Run, city: City, tmp_path: Path
) -> None:
    good, gbk = as_csv(bare(), done()), as_csv(done(ticket_no="gbk")).split(b"\n", 1)[1].decode().replace(" 😀", "")
    huge = as_csv(done(ticket_no="huge", text="长" * 3_400_000)).split(b"\n", 1)[1]
    (tmp_path / "t.csv").write_bytes(good + gbk.encode("gbk") + huge)
    code, _, told = hotline("t.csv")
    assert code == 1
    assert "GBK" in told
    assert "第 7 行(text):超过 100000 个字符" in told
    assert len(told) < 2_000
    assert city.counts() == NOTHING


def test_import_says_nothing_of_the_row_when_the_database_fails(
    hotline: Run, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise psycopg.errors.DiskFull("CONTEXT: COPY ticket, line 1: 路灯不亮")

    monkeypatch.setattr(import_copy, "_copy", fail)
    (tmp_path / "t.csv").write_bytes(as_csv(done()))
    code, out, told = hotline("t.csv")
    assert (code, out) == (1, "")
    assert "数据库出错(DiskFull)" in told
    assert "路灯" not in told
    assert city.counts() == NOTHING


def test_import_leaves_nothing_and_works_afterwards_when_it_was_killed(
    start: Callable[[], subprocess.Popen[str]], city: City, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(*(done(ticket_no=f"n{number}") for number in range(30_000))))
    process = start()
    deadline = time.monotonic() + 120
    while city.one("SELECT last_value FROM ticket_id_seq")[0] < 15_000:  # the first chunk is written
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    assert _ended(process)[0] == -9
    assert city.counts() == NOTHING
    while city.all("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 12345004"):
        time.sleep(0.05)
    code, _, told = _ended(start())
    assert code == 0, told
    assert city.counts() | {"seal": 3} == {
        "ticket": 30_000,
        "ticket_number": 30_000,
        "text_entry": 90_000,
        "event": 30_000,
        "seal": 3,
        "outbox": 0,
    }
    assert [step for step in audit.verify(city.engine) if isinstance(step, audit.Finding)] == []


def test_import_says_so_and_leaves_nothing_when_the_reading_process_is_killed(
    start: Callable[[], subprocess.Popen[str]], city: City, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(*(done(ticket_no=f"n{number}") for number in range(30_000))))
    process = start()
    readers = _readers(process)
    for reader in readers:
        os.kill(reader, signal.SIGKILL)
    code, out, told = _ended(process)
    assert (code, out) == (1, "")
    assert "读取文件的进程意外结束，没有导入任何一行" in told
    assert "Traceback" not in told
    assert city.counts() == NOTHING


def test_import_leaves_no_process_behind_when_it_was_killed(
    start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(*(done(ticket_no=f"n{number}") for number in range(30_000))))
    process = start()
    readers = _readers(process)
    process.kill()
    _ended(process)
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{reader}").exists() for reader in readers):
        assert time.monotonic() < deadline, "the reading process outlives its import"
        time.sleep(0.05)


def test_import_names_the_line_when_a_quotation_mark_never_ends(hotline: Run, city: City, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(bare()) + b'"' + b"x" * (17 * 1024 * 1024))
    code, out, told = hotline("--skip-bad", "t.csv")
    assert (code, out) == (1, "")
    assert "第 3 行有一个字段超过 16 MB" in told
    assert city.counts() == NOTHING


def _readers(process: subprocess.Popen[str]) -> list[int]:
    """The reading process of an import, once it has begun."""
    children, deadline = Path(f"/proc/{process.pid}/task/{process.pid}/children"), time.monotonic() + 120
    while not (found := [int(word) for word in children.read_text().split()]):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, told = process.communicate(timeout=300)
    return process.returncode, out, told
