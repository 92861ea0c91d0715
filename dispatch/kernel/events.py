"""The ticket's truth: append-only events, numbered per ticket without gaps, each hashed over the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKeyConstraint,
    SmallInteger,
    TableValuedAlias,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.kernel import canonical, outbox
from dispatch.kernel.db import BY_TICKET, Base
from dispatch.kernel.rows import insert_all

SCHEMA_VERSION = 1
NO_EVENT = b""


class Event(Base):
    """One fact about one ticket. Holds no personal data and no free text: words are in ``text_entry``, by digest."""

    __tablename__ = "event"
    __table_args__ = (ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]), BY_TICKET)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    unit_code: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    schema: Mapped[int] = mapped_column(SmallInteger)
    algorithm: Mapped[int] = mapped_column(SmallInteger)
    previous: Mapped[bytes]
    hash: Mapped[bytes]


class Stream(Protocol):
    """What carries the chain's count and head: the ticket row, locked by whoever records."""

    ticket_id: int
    event_count: int
    head: bytes


def asked_for(name: str) -> TableValuedAlias:
    """(ticket_id, number) of many events as a table, from the parameters ``ticket_ids`` and ``numbers``."""
    lists = (bindparam(each, type_=ARRAY(BigInteger)) for each in ("ticket_ids", "numbers"))
    return func.unnest(*lists).table_valued("ticket_id", "number", name=name).render_derived()


_WANTED = asked_for("wanted")
_BY_KEYS = select(Event).join(_WANTED, and_(Event.ticket_id == _WANTED.c.ticket_id, Event.number == _WANTED.c.number))


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has a number. ``data``: JSON without floats; instants as :func:`canonical.instant`."""

    type: str
    at: datetime
    actor: str
    unit_code: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def event_hash(row: dict[str, Any]) -> bytes:
    """The hash of an event row (all columns but ``hash``) under the algorithm it names."""
    body = [
        row["ticket_id"],
        row["number"],
        row["type"],
        canonical.instant(row["at"]),
        row["actor"],
        row["unit_code"],
        row["data"],
        row["schema"],
        row["algorithm"],
        bytes(row["previous"]).hex(),
    ]
    return canonical.DIGESTS[row["algorithm"]](canonical.dumps(body))


def chain(
    ticket_id: int,
    events: Iterable[NewEvent],
    *,
    count: int = 0,
    head: bytes = NO_EVENT,
    algorithm: int = canonical.SHA_256,
) -> list[dict[str, Any]]:
    """Number and hash ``events`` onto a chain of ``count`` events ending in ``head``; returns rows ready to insert."""
    rows: list[dict[str, Any]] = []
    for number, event in enumerate(events, start=count + 1):
        canonical.refuse_floats(event.data)
        row = {
            "ticket_id": ticket_id,
            "number": number,
            "type": event.type,
            "at": event.at,
            "actor": event.actor,
            "unit_code": event.unit_code,
            "data": event.data,
            "schema": SCHEMA_VERSION,
            "algorithm": algorithm,
            "previous": head,
        }
        head = row["hash"] = event_hash(row)
        rows.append(row)
    return rows


def record(session: Session, ticket: Stream, events: Sequence[NewEvent]) -> list[dict[str, Any]]:
    """Append ``events`` to the locked ``ticket``, with the outbox rows of whoever listens; returns the event rows."""
    rows = chain(ticket.ticket_id, events, count=ticket.event_count, head=ticket.head)
    ticket.event_count, ticket.head = rows[-1]["number"], rows[-1]["hash"]
    session.flush()  # with the count and the head, so that a verb updates its ticket once
    insert_all(session, [(Event, rows), (outbox.Outbox, outbox.rows_for(rows))])
    return rows


def events_of(session: Session, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Event]:
    """The events of these (ticket, number), all in one question. Raises KeyError for one that is not there."""
    wanted = list(dict.fromkeys(keys))
    values = {"ticket_ids": [ticket for ticket, _ in wanted], "numbers": [number for _, number in wanted]}
    found = {(event.ticket_id, event.number): event for event in session.scalars(_BY_KEYS, values)}
    return {key: found[key] for key in wanted}
