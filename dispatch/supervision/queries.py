"""What presses right now, counted over open leads by the worklist's index, never over all tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.tickets import work_queries

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
    counts = work_queries.worklist_counts(session, None, at=at)
    waiting = session.scalar(AWAITING) or 0
    return Pressing(waiting, counts.unacknowledged, counts.soon, counts.overdue)


def identity_looks(session: Session, *, since: datetime, at: datetime) -> int:
    """How often somebody looked at a reporter's identity in (since, at]."""
    return session.scalar(LOOKS, {"since": since, "at": at}) or 0
