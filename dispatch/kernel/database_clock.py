"""Simulated time for a whole town of processes: all read one row (HOTLINE_CLOCK=database). Without it the machine's clock holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.kernel.clock import Clock, SystemClock, as_utc
from dispatch.kernel.clock_models import SimulatedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db

ROW = 1


class DatabaseClock:
    """Tells the instant of the row, the machine's where there is none; inside an application context."""

    def __init__(self, machine_clock: Clock | None = None) -> None:
        self._machine_clock = machine_clock or SystemClock()

    def now(self) -> datetime:
        """The simulated instant, in UTC. On a connection of its own: an edge asks before its transaction begins."""
        query = select(SimulatedClock.instant).where(SimulatedClock.simulated_clock_id == ROW)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            instant = connection.scalar(query)
        return as_utc(instant) if instant is not None else self._machine_clock.now()


def clock_for(config: Config) -> Clock:
    """The business clock that the configuration names."""
    return DatabaseClock() if config.clock == "database" else SystemClock()


def set_clock(session: Session, instant: datetime | None) -> None:
    """Move simulated time to ``instant`` for all processes; None gives it back to the machine."""
    values = {"instant": as_utc(instant) if instant is not None else None}
    session.execute(
        pg_insert(SimulatedClock)
        .values(simulated_clock_id=ROW, **values)
        .on_conflict_do_update(index_elements=["simulated_clock_id"], set_=values)
    )
