"""A town whose processes are killed: a Redis of its own, a supervisor over real roles, a sink that counts deliveries."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

import dispatch.jobs  # noqa: F401  (the listeners of the real town are there too)
from dispatch.kernel import outbox
from dispatch.kernel.config import Config
from dispatch.kernel.processes import Supervisor
from dispatch.kernel.services import redis_server
from tests.faults import sink
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

ROOT = Path(__file__).parents[2]
ROLES = (("worker-1", ("worker",)), ("worker-2", ("worker",)), ("relay", ("relay",)))


@dataclass
class OwnRedis:
    """A server that a test may kill."""

    home: Path
    url: str = ""

    def start(self) -> None:
        self.url = redis_server.start(self.home)

    def kill(self) -> None:
        """By kill -9, as a crash would."""
        (pidfile,) = self.home.glob("redis-*/redis.pid")
        os.kill(int(pidfile.read_text()), signal.SIGKILL)
        wait_for("redis to be gone", 10, lambda: redis_server.running(self.home) is None)

    def delete_files(self) -> None:
        """What it had on disk."""
        for kept in self.home.glob("redis-*/append*"):
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    server = OwnRedis(Path(tempfile.mkdtemp(prefix="hotline-redis-")))
    server.start()
    yield server
    redis_server.stop(server.home)
    shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture
def counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk of a town in which the sink listens to every dispatch."""
    monkeypatch.setattr(outbox, "CONSUMERS", dict(outbox.CONSUMERS))
    monkeypatch.setattr(outbox, "LISTENERS", {name: list(names) for name, names in outbox.LISTENERS.items()})
    sink.listen()
    desk.run(lambda session: session.execute(text(sink.TABLE)))
    return desk


@pytest.fixture
def environment(config: Config, own_redis: OwnRedis) -> dict[str, str]:
    """What the processes of the test's town are told."""
    return environment_of(replace(config, redis_url=own_redis.url)) | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def processes(counted: Desk, environment: dict[str, str]) -> Iterator[Supervisor]:
    """Two workers and a relay, with the sink in them, working already."""
    program = [sys.executable, "-m", "tests.faults.role"]
    with Supervisor(environment, roles=ROLES, program=program) as town:
        counted.accept()
        wait_for("the first effect", 60, lambda: waiting(counted) == 0)
        yield town


def environment_of(config: Config) -> dict[str, str]:
    """The variables that make a process read ``config``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    vault = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in config.vault_keys.items())
    index = ",".join(f"{version}:{base64.b64encode(key).decode()}" for version, key in config.blind_index_keys.items())
    return inherited | {
        "HOTLINE_HOME": str(config.home),
        "HOTLINE_DATABASE_URL": str(config.database_url),
        "HOTLINE_REDIS_URL": str(config.redis_url),
        "HOTLINE_SECRET_KEY": config.secret_key,
        "HOTLINE_VAULT_KEYS": vault,
        "HOTLINE_BLIND_INDEX_KEYS": index,
    }


def wait_for(what: str, seconds: float, holds: Callable[[], bool]) -> float:
    """How long it took until ``holds``; fails after ``seconds``."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began


def waiting(desk: Desk) -> int:
    """Effects that are still to be done."""
    return int(desk.run(lambda session: session.scalar(text("SELECT count(*) FROM outbox"))))


def delivered(desk: Desk) -> int:
    """How often the sink got something."""
    return int(desk.run(lambda session: session.scalar(text("SELECT count(*) FROM delivery"))))


def assert_each_delivered_once(desk: Desk) -> None:
    """Every dispatch that was committed reached the sink once and the inbox once, and nothing else did."""
    accepted = sorted(f"{ticket.ticket_id}-2" for ticket in desk.accepted)  # 1 received, 2 dispatched
    keys = desk.run(lambda session: sorted(session.scalars(text("SELECT event_key FROM delivery"))))
    assert keys == accepted
    query = "SELECT event_key FROM effect WHERE consumer = :name"
    for name in ("sink", "inbox"):
        found = desk.run(lambda session, name=name: sorted(session.scalars(text(query), {"name": name})))
        assert found == accepted
