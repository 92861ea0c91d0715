"""``hotline run``: the whole small town in one command, with its embedded services looked after."""

from __future__ import annotations

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.kernel.processes import hotline
from tests.faults.conftest import OwnRedis, wait_for, waiting
from tests.town import Desk

START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(environment: dict[str, str], own_redis: OwnRedis) -> str:
    """Redis embedded below the home of the test, where it runs already."""
    environment |= {"HOTLINE_HOME": str(own_redis.home), "HOTLINE_BIND": f"127.0.0.1:{free_port()}"}
    environment |= {"HOTLINE_RINGING_BIND": f"127.0.0.1:{free_port()}"}
    environment.pop("HOTLINE_REDIS_URL")
    return f"http://{environment['HOTLINE_BIND']}"


@pytest.fixture
def town(desk: Desk, site: str, environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log, subprocess.Popen([hotline(), "run"], env=environment, stderr=log) as run:
        try:
            wait_for("the site", START_SECONDS, lambda: answers(site))
            yield run
        finally:
            run.kill()  # whatever it started ends with it


def answers(site: str) -> bool:
    try:
        with urllib.request.urlopen(f"{site}/readyz", timeout=5) as answer:
            return b'"redis":"ok"' in answer.read()
    except (OSError, urllib.error.URLError):
        return False


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task").glob("*/children") if children.exists() else []
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [deeper for child in found for deeper in descendants(child)]


def test_effects_happen_and_redis_comes_back_when_it_is_killed(
    desk: Desk, town: subprocess.Popen[bytes], site: str, own_redis: OwnRedis
) -> None:
    desk.accept()
    wait_for("the effect", START_SECONDS, lambda: waiting(desk) == 0)
    own_redis.kill()
    desk.accept()
    wait_for("the effect after the kill", START_SECONDS, lambda: waiting(desk) == 0)
    wait_for("the site with Redis", START_SECONDS, lambda: answers(site))
    roles = descendants(town.pid)
    assert len(roles) >= 9, "gunicorn and its two workers, the ringing desks and theirs, two workers, relay, scheduler"
    town.send_signal(signal.SIGTERM)
    assert town.wait(60) == 0
    assert [pid for pid in roles if Path(f"/proc/{pid}").exists()] == []


def test_say_what_is_wrong_when_the_port_is_taken(desk: Desk, site: str, environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(site.rpartition(":")[2])))
        taken.listen()
        done = subprocess.run([hotline(), "run"], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "无法监听" in done.stderr
    assert done.stdout == ""
