"""Signatures are written with the words, go with them, and are forgotten when nobody is asked about them any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dispatch.likeness.folding import folded
from dispatch.likeness.models import BAND_NAMES, Likeness
from dispatch.likeness.signature import ALGORITHM, BANDS, signature

TABLE = Likeness.__table__
COLUMNS = ("ticket_id", "received_at", "algorithm", "exact", *BAND_NAMES)
_NO_BANDS = (None,) * BANDS


def rows_of(ticket_id: int, title: str, text: str, *, received_at: datetime) -> list[dict[str, Any]]:
    """The row of a ticket in the order of ``COLUMNS``; none where nothing is left of its words."""
    found = signature(folded(title, text))
    if found is None:
        return []
    values = (ticket_id, received_at, ALGORITHM, found.exact, *(found.bands or _NO_BANDS))
    return [dict(zip(COLUMNS, values, strict=True))]


def erase(session: Session, ticket_id: int) -> None:
    """The words are gone, and with them what was made of them."""
    session.execute(delete(Likeness).where(TABLE.c.ticket_id == ticket_id))


def forget_old(session: Session, at: datetime, *, days: int, limit: int) -> int:
    """Drop signatures of tickets received more than ``days`` ago, the oldest ids first; how many.

    Looks at ``limit`` rows: imported history has young ids and old days, and goes when its turn comes.
    """
    oldest = select(TABLE.c.ticket_id).order_by(TABLE.c.ticket_id).limit(limit).scalar_subquery()
    old = TABLE.c.received_at < at - timedelta(days=days)
    gone = delete(Likeness).where(TABLE.c.ticket_id.in_(oldest), old).returning(TABLE.c.ticket_id)
    return len(session.execute(gone).all())
