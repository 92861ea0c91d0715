"""What happens again and again, in one place, driven by PostgreSQL: one ticker leads, the next instant is a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.kernel.db import Base

TICKER_LOCK = 12345003


class PeriodicRun(Base):
    """When a periodic job ran last and runs next (machine time), and what went wrong if it did."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    done: Mapped[int | None]
    last_error: Mapped[str | None]


@dataclass(frozen=True)
class Periodic:
    """A job ``(session, at) -> how many it did``; run again at once while it returns its full ``batch``."""

    name: str
    every_seconds: int
    run: Callable[[Session, datetime], int]
    batch: int


PERIODICS: dict[str, Periodic] = {}


def periodic(
    name: str, *, every_seconds: int, batch: int = 1
) -> Callable[[Callable[[Session, datetime], int]], Callable[[Session, datetime], int]]:
    """Register a periodic job; every run is its own transaction and may happen twice."""

    def register(run: Callable[[Session, datetime], int]) -> Callable[[Session, datetime], int]:
        PERIODICS[name] = Periodic(name, every_seconds, run, batch)
        return run

    return register


def try_lead(session: Session) -> bool:
    """Become the one ticker until the session's connection ends."""
    return bool(session.scalar(select(func.pg_try_advisory_lock(TICKER_LOCK))))


def due(session: Session, *, at: datetime) -> list[Periodic]:
    """The jobs whose instant has come; new ones are due at once. A clock set back never stops a job for long."""
    known = {row.name: row.next_at for row in session.scalars(select(PeriodicRun))}
    return [
        job
        for job in PERIODICS.values()
        if job.name not in known or not (at < known[job.name] <= at + timedelta(seconds=job.every_seconds))
    ]


def note(session: Session, job: Periodic, *, at: datetime, done: int, error: str | None) -> None:
    """Write down one finished run and the next instant."""
    values = {
        "next_at": at + timedelta(seconds=job.every_seconds),
        "finished_at": at,
        "done": done,
        "last_error": error,
    }
    session.execute(
        pg_insert(PeriodicRun)
        .values(name=job.name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
