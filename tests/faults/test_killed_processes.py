"""R3: whatever is killed in the middle of an effect, each effect happens, and happens once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from dispatch.kernel.processes import Supervisor
from tests.counts import examples
from tests.faults import sink
from tests.faults.conftest import assert_each_delivered_once, delivered, wait_for, waiting
from tests.town import Desk

KILLS = examples(5, deep=50)
MOST_KILLS = 10 * KILLS  # on a slow machine many fall between two effects
RECOVERY_SECONDS = 60


@pytest.fixture
def begun(tmp_path: Path, environment: dict[str, str]) -> Path:
    """Where the sink notes what it began; slow enough to be hit."""
    environment[sink.BEGUN] = str(tmp_path / "begun")
    environment[sink.SLOWNESS] = "0.1"
    return tmp_path / "begun"


@pytest.fixture
def slow_processes(begun: Path, processes: Supervisor) -> Supervisor:
    return processes


def kill_one(town: Supervisor, *names: str) -> None:
    """kill -9 the process of one of the roles, as soon as one runs."""
    wait_for("a process to kill", 30, lambda: any(name in town.pids() for name in names))
    os.kill(random.choice([pid for name, pid in town.pids().items() if name in names]), signal.SIGKILL)


def was_claimed(desk: Desk) -> bool:
    """Whether the newest row was taken by a relay, if it is not done already."""
    query = "SELECT attempts FROM outbox ORDER BY outbox_id DESC LIMIT 1"
    attempts = desk.run(lambda session: session.scalar(text(query)))
    return attempts is None or attempts > 0


def test_deliver_each_effect_once_when_workers_are_killed_in_the_middle(
    counted: Desk, slow_processes: Supervisor, begun: Path
) -> None:
    def was_hit() -> bool:
        """Whether a kill fell into the middle of an effect: then it was begun twice."""
        wait_for("the backlog to be drained", RECOVERY_SECONDS, lambda: waiting(counted) == 0)
        return len(begun.read_text().split()) > len(counted.accepted)

    kills = 0
    while kills < KILLS or (not was_hit() and kills < MOST_KILLS):
        before = delivered(counted)
        for _ in range(12):
            counted.accept()
        wait_for("work to be under way", RECOVERY_SECONDS, lambda before=before: delivered(counted) > before)
        time.sleep(random.uniform(0, 0.1))
        kill_one(slow_processes, "worker-1", "worker-2")
        kills += 1
    assert was_hit(), "no kill hit an effect in its middle: the test proved nothing"
    assert_each_delivered_once(counted)


def test_deliver_each_effect_once_when_the_relay_is_killed(counted: Desk, processes: Supervisor) -> None:
    for _ in range(KILLS):
        for _ in range(8):
            counted.accept()
        wait_for("the relay to claim", RECOVERY_SECONDS, lambda: was_claimed(counted))
        kill_one(processes, "relay")
    wait_for("the backlog to be drained", RECOVERY_SECONDS, lambda: waiting(counted) == 0)
    assert_each_delivered_once(counted)


def test_stop_leaves_no_effect_half_done_when_workers_are_told_to_end(
    counted: Desk, slow_processes: Supervisor, begun: Path
) -> None:
    for _ in range(30):
        counted.accept()
    wait_for("work to be under way", RECOVERY_SECONDS, lambda: delivered(counted) > 3)
    slow_processes.stop()
    assert delivered(counted) == len(begun.read_text().split()), "an effect was cut short"
    assert delivered(counted) + waiting(counted) >= len(counted.accepted), "an effect was lost"
