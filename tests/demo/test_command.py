"""``hotline demo`` as a newcomer meets it: started, killed, started again, with its processes and Redis shot from under it."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

import dispatch.jobs  # noqa: F401  (its consumers listen)
from dispatch.kernel import services
from dispatch.kernel.outbox import LISTENERS
from dispatch.kernel.services import postgres

ROOT = Path(__file__).parents[2]
REPLAYED = 43  # 40 in the month and its tail
HOTLINE = [sys.executable, "-c", "import wsgi; wsgi.cli()"]


@dataclass
class Demo:
    """A HOTLINE_HOME of its own and the commands run in it."""

    home: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        return kept | {"HOTLINE_HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        with self.said("out").open("wb") as out, self.said("err").open("wb") as err:
            process = subprocess.Popen(
                [*HOTLINE, "demo", *options], cwd=self.home, env=self.environment, stdout=out, stderr=err
            )
        self.running.append(process)
        return process

    def run(self, *options: str) -> int:
        return self.start(*options).wait(timeout=400)

    def said(self, stream: str) -> Path:
        return self.home / f"said.{stream}"

    def says(self, words: str, stream: str = "err") -> bool:
        return words in self.said(stream).read_text("utf-8")

    def ask(self, query: str) -> list[Any]:
        engine = self.engine()
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(query)).all())
        finally:
            engine.dispose()

    def engine(self) -> Engine:
        address = postgres.running(self.home)
        assert address
        return create_engine(address)

    def tickets(self) -> int:
        found = self.ask("SELECT to_regclass('ticket') IS NOT NULL AS is_there")
        return int(self.ask("SELECT count(*) FROM ticket")[0][0]) if found[0].is_there else 0


@pytest.fixture
def demo() -> Iterator[Demo]:
    found = Demo(Path(tempfile.mkdtemp(prefix="hotline-demo-")))
    yield found
    for process in found.running:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
    services.stop(found.home)
    shutil.rmtree(found.home, ignore_errors=True)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def wait_for(what: str, seconds: float, holds: Callable[[], object]) -> None:
    patience = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < patience, f"{what}: not within {seconds} s"
        time.sleep(0.1)


def children(pid: int) -> dict[int, str]:
    """Every process below ``pid`` with its command line; one that ends while it is looked at is left out."""
    found: dict[int, str] = {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        told = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
        for child in map(int, " ".join(told).split()):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found |= children(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


def test_demo_starts_again_and_doubles_nothing_when_it_was_killed_in_the_middle(demo: Demo, taken_port: int) -> None:
    process = demo.start("--tickets", "40", "--port", str(taken_port))
    wait_for("the log-ins", 240, lambda: demo.says("口令", "out") or process.poll() is not None)
    assert process.poll() is None, demo.said("err").read_text("utf-8")
    address = re.search(r"http://127\.0\.0\.1:(\d+)", demo.said("out").read_text("utf-8"))
    assert address
    assert taken_port < int(address[1]) <= taken_port + 50
    assert demo.says(f"端口 {taken_port} 已被占用")
    assert log_in_page(int(address[1])) == 200
    wait_for("some tickets", 120, lambda: demo.tickets() >= 5)
    below = children(process.pid)
    process.kill()
    process.wait()
    wait_for("its processes to end", 60, lambda: not any(is_alive(pid) for pid in below))
    assert demo.tickets() < REPLAYED

    assert demo.run("--tickets", "40", "--no-serve") == 0
    assert demo.says("清除此前的演示数据")
    assert demo.tickets() == REPLAYED
    assert demo.ask("SELECT count(*) FROM ticket_number") == [(REPLAYED,)]
    assert demo.ask("SELECT instant FROM simulated_clock") == [(None,)]
    before = demo.ask("SELECT ticket_no FROM ticket ORDER BY 1")

    assert demo.run("--tickets", "40", "--no-serve") == 0
    assert demo.says("不再重放")
    assert demo.ask("SELECT ticket_no FROM ticket ORDER BY 1") == before


def log_in_page(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/login")
    return connection.getresponse().status


def test_effects_are_neither_lost_nor_doubled_when_worker_relay_and_redis_are_killed(demo: Demo) -> None:
    process = demo.start("--tickets", "150", "--port", "21345")
    wait_for("some effects", 300, lambda: demo.says("重放:", "err") and count_of(demo, "effect") > 10)
    killed = 0
    for role in ("worker", "relay", "redis", "worker", "redis", "relay", "worker"):
        killed += kill(demo, process.pid, role)
        time.sleep(1.5)
    assert killed >= 4  # some were still on their way back
    assert process.poll() is None
    wait_for("the end of the replay", 400, lambda: demo.says("重放完成"))
    wait_for("the last effect", 120, lambda: count_of(demo, "outbox") == 0)
    inboxes = {"inbox", "ladder"}
    heard = ", ".join(f"'{name}'" for name, consumers in LISTENERS.items() if inboxes & set(consumers))
    events = demo.ask(f"SELECT ticket_id, number, type, unit_code, data FROM event WHERE type IN ({heard})")
    effects = sorted(
        row.event_key for row in demo.ask("SELECT event_key FROM effect WHERE consumer IN ('inbox', 'ladder')")
    )
    shown = demo.ask(
        "SELECT ticket_id, event_number, code FROM notice JOIN unit USING (unit_id) WHERE notice.kind <> 'duty.unread'"
    )

    assert demo.tickets() == 162
    assert effects == sorted(f"{row.ticket_id}-{row.number}" for row in events)
    assert sorted(map(tuple, shown)) == sorted(expected_notices(events))
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 0


def count_of(demo: Demo, table: str) -> int:
    return int(demo.ask(f"SELECT count(*) FROM {table}")[0][0])


def kill(demo: Demo, pid: int, role: str) -> int:
    """kill -9, and how many it hit; the supervisor brings roles back, the demo its Redis."""
    if role == "redis":
        victims = [int(path.read_text()) for path in demo.home.glob("redis-*/redis.pid") if path.exists()]
    else:
        victims = [child for child, command in children(pid).items() if command.rstrip().endswith(f"hotline {role}")][
            :1
        ]
    killed = [victim for victim in victims if is_alive(victim)]
    for victim in killed:
        os.kill(victim, signal.SIGKILL)
    return len(killed)


def told(unit: str, tell: list[str]) -> set[str]:
    """Whose inboxes a step of the ladder reaches, read off the codes of the sample city."""
    district = unit[1:7] if unit.startswith("D") else unit[:6] if unit[:1].isdigit() else None
    found = {unit} if {"unit_officer", "unit_head"} & set(tell) else set()
    if "district" in tell and district not in (None, unit):
        found.add(str(district))
    return found | ({"110000"} if "city" in tell else set())


def expected_notices(events: list[Any]) -> list[tuple[int, int, str]]:
    found = set()
    for row in events:
        codes = {row.unit_code, *row.data.get("copies", [])} - {None}
        if row.type == "ladder.reached":
            codes = told(row.unit_code, row.data["tell"])
        found |= {(row.ticket_id, row.number, code) for code in codes}
    return list(found)


def test_demo_says_so_in_one_line_when_the_database_holds_other_data(demo: Demo) -> None:
    made = subprocess.run(
        [*HOTLINE, "accounts", "create", "--login", "somebody", "--name", "某人", "--role", "operator"],
        env=demo.environment | {"PASSWORD_OF_NEW_ACCOUNT": "correct horse battery"},
        cwd=demo.home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr

    assert demo.run("--no-serve") == 1
    last = demo.said("err").read_text("utf-8").strip().splitlines()[-1]
    assert "不是演示数据" in last
    assert "HOTLINE_HOME" in last
    assert demo.ask("SELECT login FROM account") == [("somebody",)]
    assert demo.ask("SELECT count(*) FROM unit") == [(0,)]
