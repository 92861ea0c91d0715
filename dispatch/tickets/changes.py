"""What changed on the desks of some units since a snapshot: a fence of transactions, never "after id X" (design §6).

A cursor is PostgreSQL's own snapshot as text. What a transaction did that was under way when the cursor was taken, or began
later, is a change, however late it commits; nothing is lost between two questions, and the answer "nothing" is one range of
an index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST: Final = 200
_SHAPE: Final = re.compile(r"(\d{1,18}):(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?)")
_LONGEST: Final = 4_000
_NOW = text("SELECT pg_current_snapshot()::text")
# Numbers of transactions that do not exist yet come from another cluster (a restored backup): they are no changes.
_SINCE = text(
    "SELECT pg_current_snapshot()::text AS now, found.ticket_no, found.state FROM (SELECT 1) AS one LEFT JOIN LATERAL ("
    "SELECT t.ticket_no, a.state, a.touched_by FROM assignment a JOIN ticket t ON t.ticket_id = a.ticket_id"
    " WHERE a.role = 'lead' AND a.unit_id = ANY(:units) AND a.touched_by >= :first"
    " AND a.touched_by < pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    " AND NOT pg_visible_in_snapshot(a.touched_by::text::xid8, CAST(:after AS pg_snapshot))"
    " ORDER BY a.touched_by DESC LIMIT :most) AS found ON true"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket whose lead of one of these units was sent, signed for, taken away or moved: its state there now."""

    ticket_no: str
    state: str


@dataclass(frozen=True, slots=True)
class Changes:
    """``items`` None: the cursor tells nothing, look at the whole list. ``has_more``: there are others than ``items``."""

    items: Sequence[Change] | None
    cursor: str
    has_more: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether the list may stay as it is."""
        return self.items is not None and not self.items


def cursor_now(session: Session) -> str:
    """Where to go on from: taken before the list is read, so that what comes meanwhile is told again rather than lost."""
    return str(session.scalar(_NOW))


def changes(session: Session, unit_ids: Sequence[int], after: str | None) -> Changes:
    """What changed for these units since the cursor ``after``, in one question; one that is no cursor tells nothing."""
    since = _bounds(after or "")
    if since is None:
        return Changes(None, cursor_now(session))
    values = {"units": list(unit_ids), "first": since[0], "after": after, "most": MOST + 1}
    rows = session.execute(_SINCE, values).all()
    now = str(rows[0].now)
    if since[1] > int(now.split(":")[1]):
        return Changes(None, now)  # of another cluster, which was further on
    items = [Change(row.ticket_no, row.state) for row in rows[:MOST] if row.ticket_no is not None]
    return Changes(items, now if items else str(after), has_more=len(rows) > MOST)


def _bounds(cursor: str) -> tuple[int, int] | None:
    """First and last transaction of a cursor; None where PostgreSQL would not take it for a snapshot."""
    found = _SHAPE.fullmatch(cursor) if len(cursor) <= _LONGEST else None
    if found is None:
        return None
    first, last = int(found[1]), int(found[2])
    running = [int(one) for one in found[3].split(",") if one]
    in_order = all(one < other for one, other in pairwise(running))
    is_sound = 0 < first <= last and in_order and all(first <= one < last for one in running)
    return (first, last) if is_sound else None
