"""What becomes of an order when its ticket leaves its unit by withdrawal or merge, and of that when the merge is undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.supervision import orders
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OrderState, require_order_move
from dispatch.tickets.models import Ticket


def call_off(
    session: Session, ticket: Ticket, *, because: str, reference: Reference, actor: str, at: datetime
) -> dict[str, Any] | None:
    """Cancel the open order of the locked ticket; what :func:`give_back` needs, None where there was none."""
    order = orders.open_order(session, ticket.ticket_id)
    if order is None:
        return None
    require_order_move(order.state, OrderState.CANCELLED)
    kept = {"number": order.number, "state": str(order.state)}
    order.state, order.ended_at = OrderState.CANCELLED, at
    data = {"order": order.number, "because": because, "text": None}
    unit = reference.by_id[order.unit_id].code
    events.record(session, ticket, [NewEvent("order.cancelled", at, actor, unit, data)])
    return kept


def give_back(
    session: Session, ticket: Ticket, kept: dict[str, Any], *, reference: Reference, actor: str, at: datetime
) -> None:
    """The merge that cancelled the order is undone: it stands as before, its limit where it was."""
    order = session.get_one(SupervisionOrder, (ticket.ticket_id, kept["number"]))
    require_order_move(order.state, OrderState(kept["state"]))
    order.state, order.ended_at = kept["state"], None
    unit = reference.by_id[order.unit_id].code
    data = {"order": order.number, "state": kept["state"]}
    events.record(session, ticket, [NewEvent("order.restored", at, actor, unit, data)])
