"""A new calendar moves the answer limits of open supervision orders (rules.md §1–2): counted again from where each began."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events
from dispatch.kernel.canonical import instant
from dispatch.kernel.events import Event, NewEvent
from dispatch.limits.procedure import span_end
from dispatch.supervision import orders
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OrderState
from dispatch.tickets import queries

AWAITING = (OrderState.ISSUED, OrderState.RETURNED)  # an answer that is in is early or late already


def move_orders(session: Session, reference: Reference, since: datetime, *, actor: str, at: datetime) -> int:
    """Move every open order due on or after ``since`` that waits for its answer; how many moved. Each is an event."""
    due = select(SupervisionOrder.ticket_id).where(
        SupervisionOrder.state.in_(AWAITING), SupervisionOrder.due_at >= since
    )
    return sum(
        _move(session, ticket_id, reference, actor=actor, at=at)
        for ticket_id in session.scalars(due.order_by(SupervisionOrder.ticket_id)).all()
    )


def _move(session: Session, ticket_id: int, reference: Reference, *, actor: str, at: datetime) -> bool:
    ticket = queries.lock_ticket(session, ticket_id)
    order = orders.open_order(session, ticket_id)
    if order is None or order.state not in AWAITING:
        return False
    began = _began_at(session, order)
    limit = reference.terms(began).policy.procedure.supervision.order_limits[ticket.urgency]
    due, before = span_end(began, limit, reference.calendar), order.due_at
    if due == before:
        return False
    order.due_at, ticket.changed_at = due, at
    unit = reference.by_id[order.unit_id].code
    data = {"because": "calendar", "order": order.number, "due_at": instant(due), "due_before": instant(before)}
    events.record(session, ticket, [NewEvent("order.due_moved", at, actor, unit, data)])
    return True


def _began_at(session: Session, order: SupervisionOrder) -> datetime:
    """When its running limit began: at its issue, or when the last answer was sent back."""
    if not order.returns:
        return order.issued_at
    query = select(func.max(Event.at)).where(Event.ticket_id == order.ticket_id, Event.type == "order.returned")
    return session.scalar(query) or order.issued_at
