"""Effects leave through rows written in the ticket's transaction: row first, queue second, sweeper third.

A row is deleted in the transaction that performs its effect, together with the unique ``effect`` row that makes a second run do nothing.
There is no high-water mark: a row is due as long as it exists and its ``next_at`` has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Identity, Index, column, delete, func, nulls_first, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.kernel.db import Base

if TYPE_CHECKING:
    from dispatch.kernel.events import Event

RETRY_SECONDS = 20
RETRY_LIMIT_SECONDS = 3600


class Outbox(Base):
    """One consumer's business with one event. Infrastructure time (``next_at``) is the machine's, never the simulated one."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_next_at", nulls_first(column("next_at")), "outbox_id"),)

    outbox_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    consumer: Mapped[str]
    ticket_id: Mapped[int]
    number: Mapped[int]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    attempts: Mapped[int]
    last_error: Mapped[str | None]


class Effect(Base):
    """Proof that a consumer has done its part for an event: written with the effect itself."""

    __tablename__ = "effect"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


Handler = Callable[[Session, "Event", datetime], None]


@dataclass(frozen=True)
class Consumer:
    """A named listener and what it does, inside the transaction that also removes the outbox row."""

    name: str
    handle: Handler


CONSUMERS: dict[str, Consumer] = {}
LISTENERS: dict[str, list[str]] = {}


def consumer(name: str, *event_types: str) -> Callable[[Handler], Handler]:
    """Register a handler ``(session, event, at)`` for ``event_types``; it may run twice and must then do nothing new."""

    def register(handle: Handler) -> Handler:
        CONSUMERS[name] = Consumer(name, handle)
        for event_type in event_types:
            LISTENERS.setdefault(event_type, []).append(name)
        return handle

    return register


def rows_for(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outbox rows that these event rows give rise to."""
    return [
        {
            "consumer": name,
            "ticket_id": event["ticket_id"],
            "number": event["number"],
            "created_at": event["at"],
            "next_at": None,
            "attempts": 0,
            "last_error": None,
        }
        for event in events
        for name in LISTENERS.get(event["type"], ())
    ]


def claim(session: Session, *, at: datetime, limit: int) -> list[int]:
    """Take up to ``limit`` rows that are due and push their next try into the future; several relays may claim at once."""
    due = (
        select(Outbox.outbox_id)
        .where(or_(Outbox.next_at.is_(None), Outbox.next_at <= at))
        .order_by(nulls_first(Outbox.next_at), Outbox.outbox_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    wait = func.least(RETRY_LIMIT_SECONDS, RETRY_SECONDS * func.power(2, func.least(Outbox.attempts, 10)))
    claimed = session.execute(
        update(Outbox)
        .where(Outbox.outbox_id.in_(due.scalar_subquery()))
        .values(attempts=Outbox.attempts + 1, next_at=at + wait * timedelta(seconds=1))
        .returning(Outbox.outbox_id)
    )
    return sorted(claimed.scalars())


def release(session: Session, ids: Iterable[int], *, next_at: datetime | None) -> None:
    """Give claimed rows back (the queue was away): due again at ``next_at``, the try not counted."""
    session.execute(
        update(Outbox).where(Outbox.outbox_id.in_(list(ids))).values(next_at=next_at, attempts=Outbox.attempts - 1)
    )


def perform(session: Session, outbox_id: int, *, at: datetime) -> bool:
    """Do one row's effect: effect row, handler and removal of the outbox row together. False: already done by another."""
    from dispatch.kernel.events import Event

    row = session.get(Outbox, outbox_id, with_for_update={"skip_locked": True})
    if row is None:
        return False
    key = f"{row.ticket_id}-{row.number}"
    first = session.execute(
        pg_insert(Effect)
        .values(consumer=row.consumer, event_key=key, at=at)
        .on_conflict_do_nothing()
        .returning(Effect.at)
    ).first()
    if first is not None:
        event = session.get_one(Event, (row.ticket_id, row.number))
        CONSUMERS[row.consumer].handle(session, event, at)
    session.execute(delete(Outbox).where(Outbox.outbox_id == outbox_id))
    return first is not None


def note_failure(session: Session, outbox_id: int, error: str) -> None:
    """Keep the last error's name beside the row, for the operator of the system."""
    session.execute(update(Outbox).where(Outbox.outbox_id == outbox_id).values(last_error=error[:500]))


def oldest_age_seconds(session: Session, *, at: datetime) -> float:
    """Age of the oldest waiting row in seconds, 0 when none waits."""
    oldest = session.scalar(select(func.min(Outbox.created_at)))
    return max(0.0, (at - oldest).total_seconds()) if oldest else 0.0
