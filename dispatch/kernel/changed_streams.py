"""Which tickets changed since a seal: exact without a mark of its own, since every change is an event and every event is sealed.

Seals are made one at a time under a lock, so that unlike events none with a lower number commits later than one with a higher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, func, literal_column, select, text
from sqlalchemy.orm import Session

from dispatch.kernel.seals import STREAMS, Seal, unpack

_LEAVES = select(Seal.leaves).where(Seal.seal_id > bindparam("seal_id", type_=BigInteger))


def seal_before(session: Session, at: datetime) -> int:
    """The last seal that was made at or before ``at``, 0 where there is none."""
    made = select(Seal.seal_id).where(Seal.at <= at).order_by(Seal.seal_id.desc()).limit(1)
    return session.scalar(made) or 0


def changes_since(seal_id: ColumnElement[int], most: int) -> tuple[ColumnElement[Sequence[int]], ColumnElement[int]]:
    """Two columns of somebody's question, for ``changed_streams``: the tickets with an event that no seal covers yet, at most
    ``most`` and one, and how many streams the seals after ``seal_id`` cover. One statement sees both at one instant: what is
    being sealed is in either."""
    # The limit is part of the statement: were it told with each question, PostgreSQL would plan each anew.
    most_and_one: ColumnElement[int] = literal_column(str(most + 1))
    waiting = select(STREAMS.c.ticket_id).where(text("sealed_count < event_count")).limit(most_and_one)
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What one instant knows: the last seal, and of each ticket that no seal covers yet how many events it has. ``ahead``: the
    first transaction that instant does not know of."""

    ahead: int
    seal_id: int
    waiting: Mapping[int, int]


_HEARD = text("""SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ahead,
    (SELECT coalesce(max(seal_id), 0) FROM seal) AS seal_id, coalesce(array_agg(ticket_id), '{}') AS tickets,
    coalesce(array_agg(event_count), '{}') AS counts
FROM (SELECT ticket_id, event_count FROM ticket WHERE sealed_count < event_count LIMIT :most) AS waiting""")


def hear(session: Session, *, most: int) -> Heard | None:
    """How it stands now; None where more than ``most`` tickets wait for their seal."""
    row = session.connection().execute(_HEARD, {"most": most + 1}).one()
    return (
        Heard(row.ahead, row.seal_id, dict(zip(row.tickets, row.counts, strict=True)))
        if len(row.tickets) <= most
        else None
    )


def changed_between(session: Session, before: Heard, now: Heard) -> set[int]:
    """The tickets that had an event, or were sealed, after the one and by the other."""
    found = {ticket_id for ticket_id, count in now.waiting.items() if before.waiting.get(ticket_id) != count}
    for leaves in (
        session.connection().scalars(_LEAVES, {"seal_id": before.seal_id}) if now.seal_id > before.seal_id else ()
    ):
        found.update(leaf[0] for leaf in unpack(leaves))
    return found
