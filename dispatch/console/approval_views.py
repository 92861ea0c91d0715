"""延期与挂账: what waits for this person's decision, and what stands suspended with its dates."""

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
from dispatch.tickets import clock_queries, work_queries

PAGE_SIZE = 100

blueprint = Blueprint("console_approvals", __name__)


@blueprint.get("/approvals")
@requires("extension.decide", "suspension.decide")
def approvals_page() -> Any:
    """Requests by what is left until the due instant; suspensions by their date."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        extensions = clock_queries.extensions_asked(session, units, limit=PAGE_SIZE)
        suspensions = clock_queries.suspensions_asked(session, units, limit=PAGE_SIZE)
        running = clock_queries.suspensions_running(session, units, limit=PAGE_SIZE)
        ids = sorted({row.Ticket.ticket_id for row in (*extensions, *suspensions, *running)})
        raw = work_queries.titles(session, ids)
        titles = dict(
            zip(ids, scope.shown_words(session, [(key, raw.get(key)) for key in ids], person=person), strict=True)
        )
        return render_template(
            "console/approvals.html",
            extensions=extensions,
            suspensions=suspensions,
            running=running,
            titles=titles,
            names={unit_id: unit.name for unit_id, unit in city.by_id.items()},
            today=city.calendar.local_day(at),
        )
