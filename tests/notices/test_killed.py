"""Whatever is killed on the way to a citizen: nothing is lost, and nothing arrives under two keys."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from dispatch.kernel import queue
from dispatch.kernel.config import Config
from dispatch.kernel.processes import Supervisor
from tests.faults.conftest import OwnRedis, environment_of, wait_for
from tests.notices.conftest import TOKEN, Sink, Town
from tests.notices.role import DIES

ROLES = (("worker", ("worker",)), ("relay", ("relay",)), ("scheduler", ("scheduler",)))
WITHIN = 60


@pytest.fixture
def environment(sending: Config, own_redis: OwnRedis) -> dict[str, str]:
    """What the processes of the town are told, their gateway included."""
    return environment_of(replace(sending, redis_url=own_redis.url)) | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOTLINE_SMS_URL": str(sending.sms_url),
        "HOTLINE_SMS_TOKEN": TOKEN,
        "HOTLINE_PUBLIC_URL": str(sending.public_url),
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], Supervisor]]:
    """Start the roles, once the test has prepared what they meet."""
    program = [sys.executable, "-m", "tests.notices.role"]
    running: list[Supervisor] = []

    def begin() -> Supervisor:
        running.append(Supervisor(environment, roles=ROLES, program=program))
        running[0].start()
        return running[0]

    yield begin
    for town in running:
        town.stop()


def open_messages(town: Town) -> int:
    query = text("SELECT count(*) FROM outbox UNION ALL SELECT count(*) FROM citizen_message WHERE state <> 'sent'")
    return sum(town.desk.run(lambda session: session.scalars(query).all()))


def hasten(town: Town) -> None:
    """What a test would wait for: leases and pauses of the machine's clock are over."""
    town.desk.run(lambda session: session.execute(text("UPDATE citizen_message SET next_at = NULL")))


def assert_each_arrived_under_one_key(town: Town, sink: Sink) -> None:
    keys = {message.key for message in town.messages()}
    assert len(keys) == 2 * len(town.desk.accepted)
    assert set(sink.taken()) == keys


def test_send_again_with_the_same_key_when_a_worker_dies_between_sending_and_marking(
    town: Town, sink: Sink, start: Callable[[], Supervisor], environment: dict[str, str], tmp_path: Path
) -> None:
    died = tmp_path / "died"
    environment[DIES] = str(died)
    for _ in range(3):
        town.desk.accept()
    start()
    wait_for("a worker to die after a send", WITHIN, died.exists)
    time.sleep(0.5)
    (claimed,) = [one for one in town.messages() if one.state == "waiting" and one.attempts == 1]
    assert claimed.key in sink.taken(), "the gateway had it before the worker died"
    hasten(town)
    wait_for("everything to be sent", WITHIN, lambda: open_messages(town) == 0)
    assert_each_arrived_under_one_key(town, sink)
    assert [one["key"] for one in sink.arrived()].count(claimed.key) == 2


def test_lose_nothing_when_workers_are_killed_while_the_gateway_is_slow_and_redis_is_flushed(
    town: Town, sink: Sink, start: Callable[[], Supervisor], own_redis: OwnRedis
) -> None:
    sink.meet_next_with("slow", "500", "slow", "drop", "slow", "503")
    for _ in range(6):
        town.desk.accept()
    roles = start()
    for _ in range(3):
        before = len(sink.arrived())
        wait_for("a request to be under way", WITHIN, lambda before=before: len(sink.arrived()) > before)
        killed = roles.pids()["worker"]
        os.kill(killed, signal.SIGKILL)
        queue.connect(own_redis.url).flushall()
        wait_for("another worker", WITHIN, lambda killed=killed: roles.pids().get("worker", killed) != killed)
        hasten(town)
    deadline = time.monotonic() + WITHIN
    while open_messages(town) and time.monotonic() < deadline:
        hasten(town)
        time.sleep(3)
    assert open_messages(town) == 0
    assert_each_arrived_under_one_key(town, sink)
