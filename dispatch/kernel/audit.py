"""``hotline audit verify``: proves that no event was changed, cut, added or deleted behind the services' back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.engine import Connection

from dispatch.kernel.events import NO_EVENT, Event, event_hash
from dispatch.kernel.seals import STREAMS, Seal, merkle_root, seal_hash, unpack
from dispatch.kernel.texts import TextEntry, text_digest

BATCH = 5_000

# (connection, first ticket, last ticket) → (ticket, digest in hex) of words that lie beside tickets but are recorded elsewhere.
Recorder = Callable[[Connection, int, int], Iterable[tuple[int, str]]]
_recorders: list[Recorder] = []


def recorder(found: Recorder) -> Recorder:
    """Register whoever records words of tickets in a table of their own instead of in an event."""
    _recorders.append(found)
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: stable code, the ticket (None for a seal), where in it."""

    code: str
    ticket_id: int | None
    where: str


def verify(engine: Engine) -> Iterator[Finding | int]:
    """Check every chain, text digest and seal in one snapshot; yields findings, and after each batch the tickets done so far."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield from verify_seals(connection)
        done, after = 0, 0
        while tickets := connection.execute(
            select(STREAMS).where(STREAMS.c.ticket_id > after).order_by(STREAMS.c.ticket_id).limit(BATCH)
        ).all():
            yield from _verify_batch(connection, tickets)
            done, after = done + len(tickets), tickets[-1].ticket_id
            yield done


def _verify_batch(connection: Connection, tickets: Any) -> Iterator[Finding]:
    first, last = tickets[0].ticket_id, tickets[-1].ticket_id
    events = connection.execute(
        select(Event.__table__).where(Event.ticket_id.between(first, last)).order_by(Event.ticket_id, Event.number)
    ).mappings()
    chains = {key: [dict(row) for row in rows] for key, rows in groupby(events, key=lambda row: row["ticket_id"])}
    words = connection.execute(select(TextEntry.__table__).where(TextEntry.ticket_id.between(first, last))).mappings()
    texts: dict[int, list[dict[str, Any]]] = {}
    for row in words:
        texts.setdefault(row["ticket_id"], []).append(dict(row))
    elsewhere: dict[int, set[str]] = {}
    for ticket_id, digest in (pair for found in _recorders for pair in found(connection, first, last)):
        elsewhere.setdefault(ticket_id, set()).add(digest)
    for ticket in tickets:
        rows = chains.get(ticket.ticket_id, [])
        yield from verify_chain(ticket.ticket_id, rows, count=ticket.event_count, head=bytes(ticket.head))
        recorded = frozenset(elsewhere.get(ticket.ticket_id, ()))
        yield from verify_texts(ticket.ticket_id, rows, texts.get(ticket.ticket_id, []), recorded)


def verify_chain(ticket_id: int, rows: list[dict[str, Any]], *, count: int, head: bytes) -> Iterator[Finding]:
    """A chain is 1…count without gaps, each hash right and linked, and ends in the ticket's head."""
    previous = NO_EVENT
    for expected, row in enumerate(rows, start=1):
        if row["number"] != expected:
            yield Finding("audit.gap", ticket_id, f"event {expected}")
            return
        if bytes(row["previous"]) != previous:
            yield Finding("audit.broken_link", ticket_id, f"event {expected}")
        if event_hash(row) != bytes(row["hash"]):
            yield Finding("audit.changed_event", ticket_id, f"event {expected}")
        previous = bytes(row["hash"])
    if len(rows) < count:
        yield Finding("audit.cut_tail", ticket_id, f"{len(rows)} of {count} events")
    elif len(rows) > count:
        yield Finding("audit.added_event", ticket_id, f"event {count + 1}")
    elif previous != head:
        yield Finding("audit.changed_head", ticket_id, f"event {count}")


def verify_texts(
    ticket_id: int, rows: list[dict[str, Any]], texts: list[dict[str, Any]], elsewhere: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Each text row answers to its digest, and each digest is one that an event recorded, or whoever else records words."""
    recorded = {digest for row in rows for digest in digests_in(row["data"])} | elsewhere
    for entry in texts:
        where = f"{entry['kind']} v{entry['version']}"
        if bytes(entry["digest"]).hex() not in recorded:
            yield Finding("audit.unrecorded_text", ticket_id, where)
        if entry["body"] is not None and text_digest(bytes(entry["salt"] or b""), entry["body"]) != bytes(
            entry["digest"]
        ):
            yield Finding("audit.changed_text", ticket_id, where)


def digests_in(data: dict[str, Any]) -> Iterator[str]:
    """The text digests that an event carries: ``texts`` (kind → hex) and ``text`` ({kind, version, digest})."""
    yield from (data.get("texts") or {}).values()
    if data.get("text"):
        yield data["text"]["digest"]


def verify_seals(connection: Connection) -> Iterator[Finding]:
    """Seals chain without a gap, their roots cover their leaves, and each leaf's event still stands."""
    previous = b""
    for seal_id in connection.scalars(select(Seal.seal_id).order_by(Seal.seal_id)).all():
        seal = connection.execute(select(Seal.__table__).where(Seal.seal_id == seal_id)).mappings().one()
        root, packed = bytes(seal["root"]), bytes(seal["leaves"])
        if bytes(seal["previous"]) != previous:
            yield Finding("audit.broken_seal_chain", None, f"seal {seal_id}")
        if merkle_root(packed) != root or seal_hash(
            at=seal["at"], leaf_count=seal["leaf_count"], root=root, previous=bytes(seal["previous"])
        ) != bytes(seal["hash"]):
            yield Finding("audit.changed_seal", None, f"seal {seal_id}")
        yield from _verify_leaves(connection, seal_id, packed)
        previous = bytes(seal["hash"])


def _verify_leaves(connection: Connection, seal_id: int, packed: bytes) -> Iterator[Finding]:
    leaves = list(unpack(packed))
    missing = connection.execute(
        text(
            "SELECT leaf.ticket_id, leaf.number, e.hash IS NULL AS gone"
            " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS bigint[]), CAST(:heads AS bytea[]))"
            " AS leaf (ticket_id, number, head)"
            " LEFT JOIN event e ON e.ticket_id = leaf.ticket_id AND e.number = leaf.number"
            " WHERE e.hash IS DISTINCT FROM leaf.head"
        ),
        {
            "ids": [leaf[0] for leaf in leaves],
            "numbers": [leaf[1] for leaf in leaves],
            "heads": [leaf[2] for leaf in leaves],
        },
    )
    for row in missing:
        code = "audit.sealed_event_gone" if row.gone else "audit.sealed_event_changed"
        yield Finding(code, row.ticket_id, f"event {row.number}, seal {seal_id}")
