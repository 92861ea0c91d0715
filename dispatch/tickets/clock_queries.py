"""Reads of extensions and suspensions: what waits for a decision, what stands suspended."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dispatch.tickets.clock_models import Extension, Suspension
from dispatch.tickets.models import Assignment, Ticket


def extensions_asked(
    session: Session, unit_ids: Collection[int] | None, *, limit: int
) -> Sequence[Row[Extension, Ticket, Assignment]]:
    """Requests of these units (None: of all) that wait, soonest due first: rows of (extension, ticket, assignment)."""
    query = (
        select(Extension, Ticket, Assignment)
        .join(Ticket, Ticket.ticket_id == Extension.ticket_id)
        .join(
            Assignment,
            (Assignment.ticket_id == Extension.ticket_id) & (Assignment.number == Extension.assignment_number),
        )
        .where(Extension.state == "asked")
        .order_by(Assignment.due_at, Extension.ticket_id)
        .limit(limit)
    )
    if unit_ids is not None:
        query = query.where(Extension.unit_id.in_(unit_ids))
    return session.execute(query).all()


def suspensions_asked(
    session: Session, unit_ids: Collection[int] | None, *, limit: int
) -> Sequence[Row[Suspension, Ticket]]:
    """Requests of these units (None: of all) that wait, oldest first: rows of (suspension, ticket)."""
    return _suspensions(session, "asked", unit_ids, limit)


def suspensions_running(
    session: Session, unit_ids: Collection[int] | None, *, limit: int
) -> Sequence[Row[Suspension, Ticket]]:
    """What stands suspended at these units (None: at all), by its date: rows of (suspension, ticket)."""
    return _suspensions(session, "running", unit_ids, limit)


def _suspensions(
    session: Session, state: str, unit_ids: Collection[int] | None, limit: int
) -> Sequence[Row[Suspension, Ticket]]:
    order = Suspension.until if state == "running" else Suspension.asked_at
    query = (
        select(Suspension, Ticket)
        .join(Ticket, Ticket.ticket_id == Suspension.ticket_id)
        .where(Suspension.state == state)
        .order_by(order, Suspension.ticket_id)
        .limit(limit)
    )
    if unit_ids is not None:
        query = query.where(Suspension.unit_id.in_(unit_ids))
    return session.execute(query).all()
