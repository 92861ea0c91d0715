"""What changed on the desks of some units since a snapshot: a fence of transactions, never "after id X" (design §6).

A cursor is PostgreSQL's own snapshot as text, with the number of open leads behind it. What a transaction did that was under way
when the cursor was taken, or began later, is a change, however late it commits: nothing is lost between two questions. Each row
knows its transaction by itself (``xmin``), so nothing has to be kept for it, and the answer comes from the index of the worklist.
A snapshot does not list what is written behind a savepoint, which has a number of its own: so everything from the oldest
transaction that was under way on is told, some of it twice while a long one runs.
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
_SHAPE: Final = re.compile(r"((\d{1,18}):(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?))~(\d{1,9})")
_LONGEST: Final = 4_000
# ``xmin`` is the lower half of a transaction's number: the upper one is the snapshot's, or one less where that would lie ahead.
TOUCHED_BY: Final = (
    "(ahead >> 32 << 32) + {0}.xmin::text::bigint"
    " - CASE WHEN (ahead >> 32 << 32) + {0}.xmin::text::bigint >= ahead THEN 1::bigint << 32 ELSE 0 END"
)
_LEADS = f"""WITH now AS MATERIALIZED (
    SELECT pg_current_snapshot()::text AS snapshot, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ahead
), lead AS MATERIALIZED (
    SELECT a.ticket_id, a.state, {TOUCHED_BY.format("a")} AS touched_by
    FROM assignment a, now
    WHERE a.role = 'lead' AND a.state IN ('sent', 'acknowledged', 'disputed') AND a.unit_id = ANY(:units)
)
"""  # noqa: S608 # nosec B608
_CURSOR = "SELECT snapshot || '~' || (SELECT count(*) FROM lead) AS cursor"
_SEEN = " FROM now"
_UNSEEN = """, found.ticket_no, found.state
FROM now LEFT JOIN LATERAL (
    SELECT t.ticket_no, lead.state, lead.touched_by FROM lead JOIN ticket t ON t.ticket_id = lead.ticket_id
    WHERE lead.touched_by >= :first
    ORDER BY lead.touched_by DESC LIMIT :most
) AS found ON true"""
_NOW, _SINCE = text(_LEADS + _CURSOR + _SEEN), text(_LEADS + _CURSOR + _UNSEEN)


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that is open at one of these units and was sent, signed for or moved: its state there now."""

    ticket_no: str
    state: str


@dataclass(frozen=True, slots=True)
class Changes:
    """``items`` None: the cursor tells nothing, look at the whole list. ``has_more``: there are others than ``items``.

    ``has_left``: there are fewer or more open leads than when the cursor was taken; what left is in no ``items``.
    """

    items: Sequence[Change] | None
    cursor: str
    has_more: bool = False
    has_left: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether the list may stay as it is."""
        return self.items is not None and not self.items and not self.has_left


@dataclass(frozen=True, slots=True)
class Since:
    """A cursor: the oldest transaction under way when it was taken, the first not yet begun, and the open leads behind it."""

    first: int
    last: int
    count: int


def cursor_now(session: Session, unit_ids: Sequence[int]) -> str:
    """Where to go on from: taken before the list is read, so that what comes meanwhile is told again rather than lost."""
    return str(session.scalar(_NOW, {"units": list(unit_ids)}))


def changes(session: Session, unit_ids: Sequence[int], after: str | None) -> Changes:
    """What changed for these units since the cursor ``after``, in one question; one that is no cursor tells nothing."""
    since = read_cursor(after or "")
    if since is None:
        return Changes(None, cursor_now(session, unit_ids))
    values = {"units": list(unit_ids), "first": since.first, "most": MOST + 1}
    rows = session.execute(_SINCE, values).all()
    cursor = str(rows[0].cursor)
    now = read_cursor(cursor)
    if now is None or since.last > now.last:
        return Changes(None, cursor)  # of another cluster, which was further on
    items = [Change(row.ticket_no, row.state) for row in rows[:MOST] if row.ticket_no is not None]
    has_left = since.count != now.count
    return Changes(items, cursor if items or has_left else str(after), len(rows) > MOST, has_left)


def read_cursor(cursor: str) -> Since | None:
    """The parts of a cursor; None where PostgreSQL would not take it for a snapshot."""
    found = _SHAPE.fullmatch(cursor) if len(cursor) <= _LONGEST else None
    if found is None:
        return None
    first, last = int(found[2]), int(found[3])
    running = [int(one) for one in found[4].split(",") if one]
    in_order = all(one < other for one, other in pairwise(running))
    is_sound = 0 < first <= last and in_order and all(first <= one < last for one in running)
    return Since(first, last, int(found[5])) if is_sound else None
