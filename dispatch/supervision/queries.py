"""What presses right now, counted over open leads by the worklist's index, never over all tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

SOON = timedelta(hours=1)

# The states stand as literals so that PostgreSQL can use the partial index over open leads.
OPEN_LEADS = text(
    "SELECT count(*) FILTER (WHERE state = 'sent') AS unacknowledged,"
    " count(*) FILTER (WHERE due_at >= :at AND due_at <= :soon) AS due_soon,"
    " count(*) FILTER (WHERE due_at < :at) AS overdue"
    " FROM assignment WHERE role = 'lead' AND state IN ('sent', 'acknowledged', 'disputed')"
)
AWAITING = text("SELECT count(*) FROM ticket WHERE state = 'awaiting_dispatch'")
LOOKS = text("SELECT count(*) FROM identity_look WHERE at > :since AND at <= :at")


@dataclass(frozen=True, slots=True)
class Pressing:
    """Numbers of tickets: no unit yet, not acknowledged, due within the hour, overdue."""

    awaiting_dispatch: int
    unacknowledged: int
    due_soon: int
    overdue: int


def pressing(session: Session, *, at: datetime) -> Pressing:
    """What presses at ``at``."""
    row = session.execute(OPEN_LEADS, {"at": at, "soon": at + SOON}).one()
    waiting = session.scalar(AWAITING) or 0
    return Pressing(waiting, row.unacknowledged, row.due_soon, row.overdue)


def identity_looks(session: Session, *, since: datetime, at: datetime) -> int:
    """How often somebody looked at a reporter's identity in (since, at]."""
    return session.scalar(LOOKS, {"since": since, "at": at}) or 0
