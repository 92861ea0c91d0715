"""Figures of the desks: what waits, what is late, and whether anything has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import OPEN_LEAD

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """Open leads of some units: all, not signed for, under yellow, due within the hour, overdue."""

    open: int
    unacknowledged: int
    yellow: int
    soon: int
    overdue: int


def worklist_stamp(session: Session, unit_ids: Sequence[int]) -> str:
    """Changes whenever a ticket enters, leaves or moves in the worklist of these units; one index scan."""
    row = session.execute(
        select(func.count(), func.sum(Ticket.event_count), func.sum(Ticket.ticket_id))
        .select_from(Assignment)
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .where(*_open_leads(unit_ids))
    ).one()
    return "-".join(str(int(value or 0)) for value in row)


def worklist_counts(session: Session, unit_ids: Sequence[int] | None, *, at: datetime) -> DeskCounts:
    """What lies on the desks of these units (None: of all) at ``at``."""
    overdue = Assignment.due_at < at
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Assignment.state == "sent"),
            func.count().filter(Assignment.yellow_at <= at, ~overdue),
            func.count().filter(Assignment.due_at <= at + SOON, ~overdue),
            func.count().filter(overdue),
        ).where(*_open_leads(unit_ids))
    ).one()
    return DeskCounts(*row)


def _open_leads(unit_ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Assignment.role == "lead", Assignment.state.in_(OPEN_LEAD)]
    if unit_ids is not None:
        conditions.append(Assignment.unit_id.in_(unit_ids))
    return conditions
