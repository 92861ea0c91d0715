"""What stands on the desks of units, in a few numbers each: whether an open list may stay as it is (see ``changes``).

One question for many units, by the rule of the cursor: ``newest`` is the number of the last transaction that touched an open
lead, whenever it commits; ``corrected`` the same of their tickets, which may change without the lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from dispatch.kernel.arrays import array_of
from dispatch.tickets.changes import TOUCHED_BY, Since

DRAWN_ANEW_MINUTES: Final = 30  # the page counts the minutes down by itself; this sets it right
MINUTE: Final = 60

_MARKS: Final = text(f"""WITH now AS MATERIALIZED (
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ahead
)
SELECT ahead, found.* FROM now LEFT JOIN LATERAL (
    SELECT a.unit_id, count(*) AS open, max({TOUCHED_BY.format("a")}) AS newest, max({TOUCHED_BY.format("t")}) AS corrected,
        count(*) FILTER (WHERE a.yellow_at <= :at) AS yellow, count(*) FILTER (WHERE a.due_at < :at) AS overdue,
        least(min(a.yellow_at) FILTER (WHERE a.yellow_at > :at), min(a.due_at) FILTER (WHERE a.due_at >= :at)) AS turns_at
    FROM assignment a JOIN ticket t ON t.ticket_id = a.ticket_id
    WHERE a.role = 'lead' AND a.state IN ('sent', 'acknowledged', 'disputed') AND a.unit_id = ANY(CAST(:units AS bigint[]))
    GROUP BY a.unit_id
) AS found ON true""")  # noqa: S608 # nosec B608


@dataclass(frozen=True, slots=True)
class DeskMark:
    """Open leads of some units, the last transactions that touched them and their tickets, how many are yellow or late.

    ``turns_at``: when the next of them turns yellow or late (None: none will, or it was not asked for).
    """

    open: int = 0
    newest: int = 0
    corrected: int = 0
    yellow: int = 0
    overdue: int = 0
    turns_at: datetime | None = None

    def and_of(self, other: DeskMark) -> DeskMark:
        """Of both desks together."""
        return DeskMark(
            self.open + other.open,
            max(self.newest, other.newest),
            max(self.corrected, other.corrected),
            self.yellow + other.yellow,
            self.overdue + other.overdue,
        )

    def words(self, unread: int, at: datetime, *, spread: int) -> str:
        """What a page carries so that it is drawn anew where what it shows has changed without any lead having moved.

        ``spread``: any number of the reader's unit, so that not all pages are drawn in the same minute.
        """
        turn = (int(at.timestamp()) // MINUTE + spread) // DRAWN_ANEW_MINUTES
        return f"{unread}-{self.corrected}-{self.yellow}-{self.overdue}-{turn}"

    def holds_since(self, since: Since) -> bool:
        """Whether no lead came, moved or went since that cursor."""
        return self.newest < since.first and self.open == since.count


@dataclass(frozen=True, slots=True)
class DeskMarks:
    """The marks of many units in one snapshot; ``ahead``: the first transaction that it does not know of."""

    ahead: int
    by_unit: Mapping[int, DeskMark]

    def of(self, unit_ids: Iterable[int]) -> DeskMark:
        """Of these units together; each must have been asked for."""
        mark = DeskMark()
        for unit_id in unit_ids:
            if (one := self.by_unit.get(unit_id)) is not None:
                mark = mark.and_of(one)
        return mark


def desk_marks(session: Session | Connection, unit_ids: Iterable[int], *, at: datetime) -> DeskMarks:
    """The marks of these units as they stand, in one question."""
    rows = session.execute(_MARKS, {"units": array_of(unit_ids), "at": at}).all()
    marks = {
        row.unit_id: DeskMark(row.open, row.newest, row.corrected, row.yellow, row.overdue, row.turns_at)
        for row in rows
        if row.unit_id is not None
    }
    return DeskMarks(rows[0].ahead, marks)
