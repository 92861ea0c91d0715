"""Seals: each minute a Merkle root over the heads that changed, chained to the last seal, so that a cut tail or a deleted ticket shows."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, LargeBinary, MetaData, Table, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.kernel import canonical
from dispatch.kernel.db import Base

SEAL_LOCK = 12345002
LEAVES_PER_SEAL = 10_000
PACKED_LEAF = struct.Struct(">qq32s")  # ticket_id, event count, head

# The kernel knows of a ticket only what carries its chain.
STREAMS = Table(
    "ticket",
    MetaData(),
    Column("ticket_id", BigInteger),
    Column("event_count", BigInteger),
    Column("head", LargeBinary),
    Column("sealed_count", BigInteger),
)

Leaf = tuple[int, int, bytes]


class Seal(Base):
    """One link: ``hash`` covers number, time, Merkle root and the previous hash; ``leaves`` are packed (ticket, count, head)."""

    __tablename__ = "seal"

    seal_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    leaf_count: Mapped[int]
    leaves: Mapped[bytes]
    root: Mapped[bytes]
    previous: Mapped[bytes]
    hash: Mapped[bytes]


def pack(leaves: Sequence[Leaf]) -> bytes:
    """Leaves as bytes, 48 each."""
    return b"".join(PACKED_LEAF.pack(*leaf) for leaf in leaves)


def unpack(packed: bytes) -> Iterator[Leaf]:
    """The leaves of a seal."""
    yield from PACKED_LEAF.iter_unpack(packed)


def merkle_root(packed: bytes) -> bytes:
    """SHA-256 Merkle root (RFC 6962 prefixes: 0 for leaves, 1 for nodes); an odd node is carried up."""
    level = [
        hashlib.sha256(b"\0" + packed[start : start + PACKED_LEAF.size]).digest()
        for start in range(0, len(packed), PACKED_LEAF.size)
    ]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0]


def seal_hash(*, at: datetime, leaf_count: int, root: bytes, previous: bytes) -> bytes:
    """What one seal says, chained to the one before."""
    return hashlib.sha256(canonical.dumps([canonical.instant(at), leaf_count, root.hex(), previous.hex()])).digest()


def add_seal(session: Session, leaves: Sequence[Leaf], *, at: datetime) -> None:
    """Chain one seal over ``leaves``; waits for whoever is sealing."""
    add_packed(session, pack(leaves), at=at)


def add_packed(session: Session, packed: bytes, *, at: datetime) -> None:
    """The same over leaves that are bytes already."""
    session.execute(select(func.pg_advisory_xact_lock(SEAL_LOCK)))
    previous = session.scalar(select(Seal.hash).order_by(Seal.seal_id.desc()).limit(1)) or b""
    root, count = merkle_root(packed), len(packed) // PACKED_LEAF.size
    digest = seal_hash(at=at, leaf_count=count, root=root, previous=previous)
    session.add(Seal(at=at, leaf_count=count, leaves=packed, root=root, previous=previous, hash=digest))
    session.flush()


def seal_changed(session: Session, *, at: datetime) -> int:
    """Seal up to one batch of tickets whose chains grew since their last seal; returns how many."""
    session.execute(select(func.pg_advisory_xact_lock(SEAL_LOCK)))
    changed = session.execute(
        select(STREAMS.c.ticket_id, STREAMS.c.event_count, STREAMS.c.head)
        .where(STREAMS.c.sealed_count < STREAMS.c.event_count)
        .order_by(STREAMS.c.ticket_id)
        .limit(LEAVES_PER_SEAL)
        .with_for_update(skip_locked=True)
    ).all()
    if not changed:
        return 0
    add_seal(session, [(row.ticket_id, row.event_count, bytes(row.head)) for row in changed], at=at)
    session.execute(
        text("UPDATE ticket SET sealed_count = event_count WHERE ticket_id = ANY(:ids)").bindparams(
            bindparam("ids", [row.ticket_id for row in changed])
        )
    )
    return len(changed)
