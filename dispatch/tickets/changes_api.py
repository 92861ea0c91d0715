"""``/api/v1/changes``: what changed on a unit's desk since a cursor, cheap enough to be asked every few seconds."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.access.scope import unit_ids_in_scope
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.changes import changes

LONGEST_CURSOR = 4_000

blueprint = ApiBlueprint("changes", __name__, url_prefix="/api/v1", description="单位工作台的变化")
blueprint.before_request(limit_calls)


class AfterQuery(Schema):
    """``after``: the cursor of the last answer; without one the answer says where to begin."""

    after = Words(longest=LONGEST_CURSOR, load_default=None, allow_none=True)


class ChangeView(Schema):
    """A ticket and the state of the unit's lead in it."""

    ticket_no = fields.String()
    state = fields.String()


class ChangesView(Schema):
    """``is_complete`` false: look at the whole list, ``items`` does not tell everything; what left the desk is in no ``items``."""

    items = fields.List(fields.Nested(ChangeView))
    cursor = fields.String()
    is_complete = fields.Boolean()


@blueprint.route("/changes")
@requires("ticket.acknowledge")
@blueprint.arguments(AfterQuery, location="query")
@blueprint.response(200, ChangesView)
@blueprint.alt_response(204, description="没有变化")
def list_changes(query: dict[str, Any]) -> Response:
    """上次游标之后本单位工单的变化；没有变化答 204."""
    at, person = now(), current_person()
    with transaction() as session:
        units = sorted(unit_ids_in_scope(session, person, at=at) or ())
        found = changes(session, units, query["after"])
    if found.is_nothing:
        return Response(status=204)
    items = [{"ticket_no": one.ticket_no, "state": one.state} for one in found.items or ()]
    is_complete = found.items is not None and not found.has_more and not found.has_left
    return answer_json({"items": items, "cursor": found.cursor, "is_complete": is_complete})
