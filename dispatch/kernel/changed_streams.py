"""Which tickets changed since a seal: exact without a mark of its own, since every change is an event and every event is sealed.

Seals are made one at a time under a lock, so that unlike events none with a lower number commits later than one with a higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, func, select, text
from sqlalchemy.orm import Session

from dispatch.kernel.seals import STREAMS, Seal, unpack

_LEAVES = select(Seal.leaves).where(Seal.seal_id > bindparam("seal_id", type_=BigInteger))


def seal_before(session: Session, at: datetime) -> int:
    """The last seal that was made at or before ``at``, 0 where there is none."""
    made = select(Seal.seal_id).where(Seal.at <= at).order_by(Seal.seal_id.desc()).limit(1)
    return session.scalar(made) or 0


def changes_since(
    seal_id: ColumnElement[int], most: ColumnElement[int]
) -> tuple[ColumnElement[Sequence[int]], ColumnElement[int]]:
    """Two columns of somebody's question, for ``changed_streams``: the tickets with an event that no seal covers yet, at most
    ``most`` and one, and how many streams the seals after ``seal_id`` cover. One statement sees both at one instant: what is
    being sealed is in either."""
    waiting = select(STREAMS.c.ticket_id).where(text("sealed_count < event_count")).limit(most + 1)
    later = select(func.coalesce(func.sum(Seal.leaf_count), 0)).where(Seal.seal_id > seal_id)
    return func.array(waiting.scalar_subquery(), type_=ARRAY(BigInteger)), later.scalar_subquery()


def changed_streams(
    session: Session, seal_id: int, waiting: Sequence[int], later: int, *, most: int
) -> frozenset[int] | None:
    """Every ticket with an event that no seal up to ``seal_id`` covers, and some more; None where they are more than ``most``."""
    found = set(waiting)
    if len(found) > most or later > most:
        return None
    for leaves in session.connection().scalars(_LEAVES, {"seal_id": seal_id}) if later else ():
        found.update(leaf[0] for leaf in unpack(leaves))
    return frozenset(found) if len(found) <= most else None
