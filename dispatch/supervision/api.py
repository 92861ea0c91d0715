"""``/api/v1/orders``: the open supervision orders of whoever asks."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.supervision import orders
from dispatch.tickets.representation import head, local
from dispatch.tickets.shapes import TicketHead

blueprint = ApiBlueprint("orders", __name__, url_prefix="/api/v1", description="督办")
blueprint.before_request(limit_calls)


class OrdersQuery(Schema):
    """How many, soonest limit first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class OrderItem(TicketHead):
    """A ticket under a supervision order; ``is_overdue``: its answer is late."""

    order = fields.Integer()
    order_state = fields.String()
    ground = fields.String()
    ordered_unit_code = fields.String()
    order_due_at = Instant()
    is_overdue = fields.Boolean()


class Orders(Schema):
    """Open orders, and how many of them wait for an answer past their limit."""

    items = fields.List(fields.Nested(OrderItem))
    overdue = fields.Integer()


@blueprint.route("/orders")
@requires("order.view")
@blueprint.arguments(OrdersQuery, location="query")
@blueprint.response(200, Orders)
def show_orders(query: dict[str, Any]) -> Response:
    """未办结的督办单：签发给本单位的，或由本级签发的."""
    at, person = now(), current_person()
    with transaction() as session:
        reference = reference_at(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        rows = orders.open_orders(session, units, limit=query["limit"])
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            head(row.Ticket, row.title, reference, known[row.Ticket.ticket_id])
            | {
                "order": row.SupervisionOrder.number,
                "order_state": row.SupervisionOrder.state,
                "ground": row.SupervisionOrder.ground,
                "ordered_unit_code": reference.by_id[row.SupervisionOrder.unit_id].code,
                "order_due_at": local(row.SupervisionOrder.due_at, reference),
                "is_overdue": row.SupervisionOrder.state != "answered" and row.SupervisionOrder.due_at < at,
            }
            for row in rows
        ]
        body = {"items": items, "overdue": orders.overdue_count(session, units, at=at)}
    return answer_json(body)
