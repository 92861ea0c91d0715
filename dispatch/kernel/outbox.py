"""Effects leave through rows written in the ticket's transaction: row first, queue second, sweeper third.

A row is deleted in the transaction that performs its effect, alone or with its neighbours where the consumer takes many,
together with the unique ``effect`` row that makes a second run do nothing.
There is no high-water mark: a row is due as long as it exists and its ``next_at`` has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Identity,
    Index,
    Row,
    Text,
    any_,
    bindparam,
    column,
    delete,
    func,
    nulls_first,
    select,
    update,
)
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


_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_LOCK = (
    select(Outbox.outbox_id, Outbox.consumer, Outbox.ticket_id, Outbox.number)
    .where(Outbox.outbox_id == _IDS)
    .order_by(Outbox.outbox_id)
    .with_for_update(skip_locked=True)
)
_NEW = select(
    func.unnest(bindparam("consumers", type_=ARRAY(Text))),
    func.unnest(bindparam("keys", type_=ARRAY(Text))),
    bindparam("done_at", type_=DateTime(timezone=True)),
)
_FIRST_TIME = (
    pg_insert(Effect)
    .from_select(["consumer", "event_key", "at"], _NEW)
    .on_conflict_do_nothing()
    .returning(Effect.consumer, Effect.event_key)
)
_REMOVE = delete(Outbox).where(Outbox.outbox_id == _IDS)

Handler = Callable[[Session, "Sequence[Event]", datetime], None]
SingleHandler = Callable[[Session, "Event", datetime], None]


@dataclass(frozen=True)
class Consumer:
    """A named listener and what it does, inside the transaction that also removes the outbox rows.

    ``takes_many``: events of many tickets at once; each of the others has a transaction of its own.
    """

    name: str
    handle: Handler
    takes_many: bool


CONSUMERS: dict[str, Consumer] = {}
LISTENERS: dict[str, list[str]] = {}


def consumer(name: str, *event_types: str) -> Callable[[SingleHandler], SingleHandler]:
    """Register a handler ``(session, event, at)`` for ``event_types``; it may run twice and must then do nothing new."""

    def register(handle: SingleHandler) -> SingleHandler:
        def each(session: Session, events: Sequence[Event], at: datetime) -> None:
            for event in events:
                handle(session, event, at)

        _register(Consumer(name, each, takes_many=False), event_types)
        return handle

    return register


def consumer_of_many(name: str, *event_types: str) -> Callable[[Handler], Handler]:
    """Register a handler ``(session, events, at)``, which may run twice and must then do nothing new.

    For those that write into the database alone, since what they did is undone where a neighbour fails, and done again.
    Names that share a handler share its calls: their events keep their order among each other.
    """

    def register(handle: Handler) -> Handler:
        _register(Consumer(name, handle, takes_many=True), event_types)
        return handle

    return register


def _register(made: Consumer, event_types: Iterable[str]) -> None:
    CONSUMERS[made.name] = made
    for event_type in event_types:
        LISTENERS.setdefault(event_type, []).append(made.name)


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


def perform(session: Session, outbox_id: int, *, at: datetime) -> bool:
    """Do one row's effect: effect row, handler and removal of the outbox row together. False: already done by another."""
    return _perform(session, _lock(session, [outbox_id]), at=at) > 0


def perform_together(session: Session, ids: Sequence[int], *, at: datetime) -> list[int]:
    """Do the effects of ``ids`` whose consumers take many at once, in one transaction: all of them or none.

    Returns those of the others that are still to be done, each in a transaction of its own.
    """
    rows = _lock(session, ids)
    together = [row for row in rows if row.consumer in CONSUMERS and CONSUMERS[row.consumer].takes_many]
    _perform(session, together, at=at)
    done = {row.outbox_id for row in together}
    return [row.outbox_id for row in rows if row.outbox_id not in done]


def _lock(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows among ``ids`` that are there and in nobody else's hands, in the order they were written."""
    return list(session.connection().execute(_LOCK, {"ids": list(ids)}))


def _perform(session: Session, rows: Sequence[Row[Any]], *, at: datetime) -> int:
    if not rows:
        return 0
    connection = session.connection()
    keys = {"consumers": [row.consumer for row in rows], "keys": [_key(row) for row in rows], "done_at": at}
    fresh = {(effect.consumer, effect.event_key) for effect in connection.execute(_FIRST_TIME, keys)}
    _hand_over(session, [row for row in rows if (row.consumer, _key(row)) in fresh], at=at)
    connection.execute(_REMOVE, {"ids": [row.outbox_id for row in rows]})
    return len(fresh)


def _hand_over(session: Session, rows: Sequence[Row[Any]], *, at: datetime) -> None:
    """Each handler gets its events at once, in the order in which they were written."""
    from dispatch.kernel.events import events_of

    if not rows:
        return
    events = events_of(session, [(row.ticket_id, row.number) for row in rows])
    shares: dict[Handler, dict[tuple[int, int], Event]] = {}
    for row in rows:
        key = row.ticket_id, row.number
        shares.setdefault(CONSUMERS[row.consumer].handle, {})[key] = events[key]
    for handle, own in shares.items():
        handle(session, list(own.values()), at)


def _key(row: Row[Any]) -> str:
    return f"{row.ticket_id}-{row.number}"


def note_failure(session: Session, outbox_id: int, error: str) -> None:
    """Keep the last error's name beside the row, for the operator of the system."""
    session.execute(update(Outbox).where(Outbox.outbox_id == outbox_id).values(last_error=error[:500]))


def oldest_age_seconds(session: Session, *, at: datetime) -> float:
    """Age of the oldest waiting row in seconds, 0 when none waits."""
    oldest = session.scalar(select(func.min(Outbox.created_at)))
    return max(0.0, (at - oldest).total_seconds()) if oldest else 0.0
