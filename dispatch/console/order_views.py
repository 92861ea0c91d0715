"""督办单: the open orders of a supervisor or a unit, soonest limit first; they are answered and reviewed on the ticket's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import scope
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.supervision import orders

PAGE_SIZE = 100

blueprint = Blueprint("console_orders", __name__)


@blueprint.get("/orders")
@requires("order.view")
def orders_page() -> Any:
    """Orders to this person's units, or issued by them; the city's supervisors see all."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        found = orders.open_orders(session, units, limit=PAGE_SIZE)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [
            (row.SupervisionOrder, row.Ticket, title, city.by_id[row.SupervisionOrder.unit_id].name)
            for row, title in zip(found, titles, strict=True)
        ]
        overdue = orders.overdue_count(session, units, at=at)
        return render_template("console/orders.html", rows=rows, overdue=overdue)
