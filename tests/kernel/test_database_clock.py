"""Simulated time: one row for all processes, and the machine's time when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.kernel.application import create_app, now
from dispatch.kernel.clock import FixedClock, SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.database_clock import DatabaseClock, clock_for, set_clock
from dispatch.kernel.db import db, transaction

MACHINE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SIMULATED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_app(config: Config) -> Iterator[None]:
    with create_app(config, clock=DatabaseClock(FixedClock(MACHINE))).app_context():
        yield
        db.engine.dispose()


def move(instant: datetime | None) -> None:
    with transaction() as session:
        set_clock(session, instant)


def test_now_is_the_machines_when_time_is_not_simulated() -> None:
    assert now() == MACHINE


def test_now_stands_still_and_jumps_when_the_row_moves() -> None:
    for instant in (SIMULATED, SIMULATED, SIMULATED + timedelta(days=30), SIMULATED - timedelta(days=1)):
        move(instant)
        assert now() == instant
        assert now().utcoffset() == timedelta(0)


def test_now_is_the_machines_again_when_simulation_ends() -> None:
    move(SIMULATED)
    move(None)
    assert now() == MACHINE


def test_now_keeps_no_connection_when_asked_outside_a_transaction() -> None:
    for _ in range(30):  # more than the pool has
        now()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_set_clock_refuses_an_instant_without_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        move(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


def test_configuration_chooses_the_clock(config: Config) -> None:
    assert isinstance(clock_for(config), SystemClock)
    assert isinstance(clock_for(replace(config, clock="database")), DatabaseClock)
