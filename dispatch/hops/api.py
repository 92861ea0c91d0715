"""``/api/v1/shared-work``: what a unit helps with. Time per hop: ``/api/v1/tickets/<no>/hops``."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import reference as reference_at
from dispatch.hops import queries
from dispatch.hops.line import Hop
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.tickets import representation, shapes
from dispatch.tickets.edge import visible_ticket_id

blueprint = ApiBlueprint("hops", __name__, url_prefix="/api/v1", description="协办与下派")
blueprint.before_request(limit_calls)


class ListQuery(Schema):
    """How many of those due first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class SharedItem(shapes.TicketHead):
    """A ticket with this unit's part in it."""

    assignment = fields.Nested(shapes.AssignmentView)


class SharedWork(Schema):
    """By due instant."""

    items = fields.List(fields.Nested(SharedItem))


class HopView(Schema):
    """Who held it from when to when. ``is_in_line``: of the line of responsibility, which has no gaps and no overlaps."""

    kind = fields.String()
    unit = fields.Nested(shapes.UnitSchema, allow_none=True)
    is_in_line = fields.Boolean()
    begins_at = Instant()
    ends_at = Instant(allow_none=True)
    seconds = fields.Integer()
    limit = fields.String(allow_none=True)
    due_at = Instant(allow_none=True)
    late_seconds = fields.Integer()


class HopList(Schema):
    """The whole life of a ticket."""

    ticket_no = fields.String()
    hops = fields.List(fields.Nested(HopView))


@blueprint.route("/shared-work")
@requires("support.report", "hop.report")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, SharedWork)
def show_shared_work(query: dict[str, Any]) -> Response:
    """本单位(含下级)的协办与下派任务，按剩余时间排列."""
    at = now()
    with transaction() as session:
        city = reference_at(session, at)
        units = sorted(unit_ids_in_scope(session, current_person(), at=at) or ())
        rows = queries.helping(session, units, limit=query["limit"])
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            representation.head(row.Ticket, row.title, city, known[row.Ticket.ticket_id])
            | {"assignment": representation.assignment(row.Assignment, city)}
            for row in rows
        ]
    return answer_json({"items": items})


@blueprint.route("/tickets/<ticket_no>/hops")
@requires("ticket.view")
@blueprint.response(200, HopList)
def show_hops(ticket_no: str) -> Response:
    """各环节用时：热线、各单位、裁定、回访各承办了多久，谁超时."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        city = reference_at(session, at)
        told = [_hop(hop, city) for hop in queries.hops(session, ticket_id, at=at, reference=city)]
    return answer_json({"ticket_no": ticket_no, "hops": told})


def _hop(hop: Hop, city: Any) -> dict[str, Any]:
    return {
        "kind": hop.kind,
        "unit": representation.unit(hop.unit),
        "is_in_line": hop.is_in_line,
        "begins_at": representation.local(hop.begins_at, city),
        "ends_at": representation.local(hop.ends_at, city),
        "seconds": int(hop.took.total_seconds()),
        "limit": hop.limit,
        "due_at": representation.local(hop.due_at, city),
        "late_seconds": int(hop.late.total_seconds()),
    }
