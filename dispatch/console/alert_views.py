"""警示: words of threat or emergency as supervisors see them, and hand-overs that no service has answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from dispatch.console import scope
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.outcomes import queries

PAGE_SIZE = 50

blueprint = Blueprint("console_alerts", __name__)


@blueprint.get("/alerts")
@requires("alert.see")
def alerts_page() -> Any:
    """The newest alerts with how many nobody has seen; below, hand-overs without a receipt."""
    at, person = moment(), current_person()
    before = read_number(request.args.get("before"))
    with transaction() as session:
        city = reference(session, at)
        found = queries.alerts(session, before=before, limit=PAGE_SIZE + 1)
        open_ones = queries.hand_overs_open(session, limit=PAGE_SIZE)
        said = [(row.Ticket.ticket_id, row.title) for row in (*found, *open_ones)]
        titles = scope.shown_words(session, said, person=person)
        shown = found[:PAGE_SIZE]
        return render_template(
            "console/alerts.html",
            rows=[(row.Alert, row.Ticket, title) for row, title in zip(shown, titles, strict=False)],
            hand_overs=[
                (row.HandOver, row.Ticket, title) for row, title in zip(open_ones, titles[len(found) :], strict=True)
            ],
            names={unit.unit_id: unit.name for unit in city.by_id.values()},
            unseen=queries.unseen_alerts(session),
            before=before,
            next=shown[-1].Alert.alert_id if len(found) > PAGE_SIZE else None,
        )
