"""The scheduler: of all that run, the one that holds a lock in PostgreSQL starts what is due of ``periodic``."""

from __future__ import annotations

import time
from threading import Event

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from dispatch.kernel import periodic
from dispatch.kernel.clock import Clock
from dispatch.kernel.db import engine_options, transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.periodic import Periodic
from dispatch.kernel.privacy import describe_error
from dispatch.kernel.trouble import Trouble

BEAT_SECONDS = 1.0
MOST_RUNS = 20  # of one job in one beat, so that a backlog of one does not keep the others waiting
SILENT_CLIENT = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}

log = get_logger(__name__)


class Ticker:
    """One candidate. ``clock`` gives the jobs their instant (perhaps simulated); the time-table follows ``machine_clock``."""

    def __init__(self, database_url: str, *, clock: Clock, machine_clock: Clock) -> None:
        self.clock = clock
        self.machine_clock = machine_clock
        arguments = {**engine_options()["connect_args"], "tcp_user_timeout": 10_000}
        # Autocommit: the session that holds the lock must not hold a snapshot with it.
        self._engine = create_engine(
            database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
        )
        self._connection: Connection | None = None
        self._is_leader = False

    def run(self, stopping: Event) -> None:
        """Beat until ``stopping`` is set, inside an application context; then give the lead away."""
        trouble = Trouble(log, "scheduler")
        while not stopping.is_set():
            began = time.monotonic()
            try:
                self.beat(stopping)
                trouble.over()
            except SQLAlchemyError as error:
                trouble.met(error)
                self.resign()
            except Exception:  # time-table and lead must outlive any error
                log.exception("scheduler.stumbled")
                self.resign()
            stopping.wait(max(0.0, BEAT_SECONDS - (time.monotonic() - began)))
        self.resign()

    def beat(self, stopping: Event | None = None) -> bool:
        """Run what is due, if this is the leader; whether it is. Raises SQLAlchemyError where the database is away."""
        if not self.lead():
            return False
        with transaction() as session:
            jobs = periodic.due(session, at=self.machine_clock.now())
        for job in jobs:
            if stopping is not None and stopping.is_set():
                break
            self._run(job)
        return True

    def lead(self) -> bool:
        """Whether this candidate leads: the connection that took the lock still lives, or takes it now."""
        if self._connection is None:
            self._connection = self._engine.connect()
            for name, value in SILENT_CLIENT.items():  # the lock of a host that fell silent is free in half a minute
                self._connection.execute(text(f"SET {name} = {value}"))
        if self._is_leader:
            self._connection.execute(text("SELECT 1"))
            return True
        self._is_leader = periodic.try_lead(Session(self._connection))
        if self._is_leader:
            log.info("scheduler.leads")
        return self._is_leader

    def resign(self) -> None:
        """Let the connection go, and the lock with it."""
        connection, self._connection, self._is_leader = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _run(self, job: Periodic) -> None:
        done, error = 0, None
        try:
            for _ in range(MOST_RUNS):
                with transaction() as session:
                    count = job.run(session, self.clock.now())
                done += count
                if count < job.batch:
                    break
        except Exception as caught:  # one job's error must not keep the others from running
            error = describe_error(caught)
            log.exception("periodic.failed", job=job.name)
        with transaction() as session:
            periodic.note(session, job, at=self.machine_clock.now(), done=done, error=error)
