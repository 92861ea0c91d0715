"""Which tickets changed since a seal: exact without a mark of its own, since every change is an event and every event is sealed.

Seals are made one at a time under a lock, so that unlike events none with a lower number commits later than one with a higher.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, bindparam, func, select, text
from sqlalchemy.orm import Session

from dispatch.kernel.seals import STREAMS, Seal, unpack

_WAITING = select(STREAMS.c.ticket_id).where(text("sealed_count < event_count")).limit(bindparam("most", type_=Integer))
_LATER = Seal.seal_id > bindparam("seal_id", type_=BigInteger)
_LEAF_COUNT = select(func.coalesce(func.sum(Seal.leaf_count), 0)).where(_LATER)
_LEAVES = select(Seal.leaves).where(_LATER)


def seal_before(session: Session, at: datetime) -> int:
    """The last seal that was made at or before ``at``, 0 where there is none."""
    made = select(Seal.seal_id).where(Seal.at <= at).order_by(Seal.seal_id.desc()).limit(1)
    return session.scalar(made) or 0


def changed_since(session: Session, seal_id: int, *, most: int) -> frozenset[int] | None:
    """Every ticket with an event that no seal up to ``seal_id`` covers, and some more; None where they are more than ``most``.

    What no seal covers yet is asked first: what is sealed between the two questions is then told by both, never by none.
    """
    connection = session.connection()
    found = set(connection.scalars(_WAITING, {"most": most + 1}))
    if len(found) > most:
        return None
    later = connection.scalar(_LEAF_COUNT, {"seal_id": seal_id}) or 0
    if later > most:
        return None
    for leaves in connection.scalars(_LEAVES, {"seal_id": seal_id}) if later else ():
        found.update(leaf[0] for leaf in unpack(leaves))
    return frozenset(found) if len(found) <= most else None
