"""Two schedulers as processes: one leads, the other takes over when it is killed, and follow-ups open in time."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from dispatch.kernel.clock import SystemClock
from dispatch.kernel.periodic import TICKER_LOCK, PeriodicRun
from dispatch.kernel.processes import Supervisor
from tests.faults.conftest import wait_for
from tests.town import Desk

ROLES = (("scheduler-1", ("scheduler",)), ("scheduler-2", ("scheduler",)))
LATEST_SECONDS = 60


@pytest.fixture
def schedulers(desk: Desk, environment: dict[str, str]) -> Iterator[Supervisor]:
    program = [sys.executable, "-m", "tests.faults.role"]
    with Supervisor(environment, roles=ROLES, program=program) as town:
        wait_for("a leader", 60, lambda: leaders(desk) == 1)
        yield town


def leaders(desk: Desk) -> int:
    query = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :lock"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return int(desk.run(lambda session: session.scalar(text(query), {"lock": TICKER_LOCK})))


def last_sweep(desk: Desk) -> datetime | None:
    query = select(PeriodicRun.finished_at).where(PeriodicRun.name == "limits.sweep")
    found: datetime | None = desk.run(lambda session: session.scalar(query))
    return found


def test_follow_up_opens_within_a_minute_when_leaders_are_killed(desk: Desk, schedulers: Supervisor) -> None:
    desk.at = SystemClock().now() - timedelta(hours=2) + timedelta(seconds=3)
    urgent = desk.accept(title="柳荫街道整栋楼停暖", text="供暖中断,暖气全停")
    assert urgent.due_at == desk.at + timedelta(hours=2)
    for name in ("scheduler-1", "scheduler-2"):
        os.kill(schedulers.pids()[name], signal.SIGKILL)
        wait_for("one leader", LATEST_SECONDS, lambda: leaders(desk) == 1)
    wait_for("the follow-up", LATEST_SECONDS, lambda: "follow_up.opened" in desk.event_types(urgent.ticket_id))
    opened = next(event for event in desk.events(urgent.ticket_id) if event.type == "follow_up.opened")
    assert opened.at - urgent.due_at <= timedelta(seconds=LATEST_SECONDS)


def test_sweeps_go_on_when_the_leader_is_killed(desk: Desk, schedulers: Supervisor) -> None:
    for name in ("scheduler-1", "scheduler-2"):
        wait_for("both to run", LATEST_SECONDS, lambda: len(schedulers.pids()) == 2)
        os.kill(schedulers.pids()[name], signal.SIGKILL)
        since = SystemClock().now()
        wait_for("a sweep", LATEST_SECONDS, lambda since=since: (last_sweep(desk) or since) > since)
    assert leaders(desk) == 1
