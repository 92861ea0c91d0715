"""电子档案: the archive of a ticket, saved from its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from dispatch.archives import queries
from dispatch.archives.edge import served
from dispatch.console import scope
from dispatch.console.timing import moment
from dispatch.follow_ups.blindness import require_open_to
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

blueprint = Blueprint("console_archives", __name__)


@blueprint.get("/tickets/<ticket_no>/archive")
@requires("ticket.view")
def fetch(ticket_no: str) -> Any:
    """The archive as a page, or as the document itself."""
    at, person = moment(), current_person()
    form = "json" if request.args.get("format") == "json" else "html"
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        require_open_to(session, ticket.ticket_id, person)
        return served(queries.of_ticket(session, ticket.ticket_id), form, ticket_no)
