"""Reads of supervision orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from dispatch.kernel import sides
from dispatch.kernel.texts import TextEntry
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OPEN
from dispatch.tickets.models import Ticket

_OPEN = select(SupervisionOrder).where(
    SupervisionOrder.ticket_id == bindparam("of_ticket"), SupervisionOrder.state.in_(OPEN)
)


def open_order(session: Session, ticket_id: int) -> SupervisionOrder | None:
    """The order of this ticket that has not ended; there is at most one."""
    if sides.is_empty(session, SupervisionOrder, ticket_id):
        return None
    session.flush()
    return session.scalars(_OPEN, {"of_ticket": ticket_id}, execution_options={"populate_existing": True}).first()


def count(session: Session, ticket_id: int) -> int:
    """How many orders this ticket has seen."""
    found = session.scalar(select(func.count()).where(SupervisionOrder.ticket_id == ticket_id))
    return found or 0


def of_ticket(session: Session, ticket_id: int) -> Sequence[SupervisionOrder]:
    """Every order of a ticket, in order."""
    return session.scalars(
        select(SupervisionOrder).where(SupervisionOrder.ticket_id == ticket_id).order_by(SupervisionOrder.number)
    ).all()


def open_orders(
    session: Session, units: frozenset[int] | None, *, limit: int = 50
) -> Sequence[Row[SupervisionOrder, Ticket, str | None]]:
    """Open orders to or by these units (None: all), soonest limit first: rows of (order, ticket, title)."""
    query = (
        select(SupervisionOrder, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == SupervisionOrder.ticket_id)
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == SupervisionOrder.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(SupervisionOrder.state.in_(OPEN))
        .order_by(SupervisionOrder.due_at, SupervisionOrder.ticket_id)
        .limit(limit)
    )
    if units is not None:
        ids = sorted(units)
        query = query.where(or_(SupervisionOrder.unit_id.in_(ids), SupervisionOrder.issuing_unit_id.in_(ids)))
    return session.execute(query).all()


def overdue_count(session: Session, units: frozenset[int] | None, *, at: datetime) -> int:
    """How many open orders of these units wait for an answer past their limit."""
    query = select(func.count()).where(SupervisionOrder.state.in_(("issued", "returned")), SupervisionOrder.due_at < at)
    if units is not None:
        query = query.where(SupervisionOrder.unit_id.in_(sorted(units)))
    return session.scalar(query) or 0
