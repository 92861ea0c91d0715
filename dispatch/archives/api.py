"""``/api/v1/tickets/<no>/archive``: the e-archive of a ticket, as JSON or as a page."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.archives import queries
from dispatch.archives.edge import FORMATS, served
from dispatch.follow_ups.blindness import require_open_to
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.edge import visible_ticket_id
from dispatch.tickets.schemas import one_of

blueprint = ApiBlueprint("archives", __name__, url_prefix="/api/v1", description="电子档案")
blueprint.before_request(limit_calls)


class ArchiveQuery(Schema):
    """In which form."""

    format = one_of(tuple(FORMATS), load_default="json")


@blueprint.route("/tickets/<ticket_no>/archive")
@requires("ticket.view")
@blueprint.arguments(ArchiveQuery, location="query")
@blueprint.response(200, {"type": "object"})
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/html")
def fetch(query: dict[str, Any], ticket_no: str) -> Response:
    """取得已归档工单的电子档案：json 或 html；ETag 为文件的 SHA-256."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        require_open_to(session, ticket_id, person)
        return served(queries.of_ticket(session, ticket_id), query["format"], ticket_no)
