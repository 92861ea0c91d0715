"""``/api/v1``: a ticket's notes and links as this person may see them, and the premature completions of their units."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.access.scope import require_ticket_in_scope, unit_ids_in_scope
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.tickets import completing, linking, noting
from dispatch.tickets.edge import visible_ticket_id
from dispatch.tickets.representation import head, local, unit_by_id
from dispatch.tickets.screening import screened
from dispatch.tickets.shapes import TicketHead, UnitSchema

blueprint = ApiBlueprint("matters", __name__, url_prefix="/api/v1", description="备注、关联、办结质量")
blueprint.before_request(limit_calls)


class NoteView(Schema):
    """An internal note; no unit: the hotline's."""

    number = fields.Integer()
    unit = fields.Nested(UnitSchema, allow_none=True)
    words = fields.String(allow_none=True)
    at = Instant()


class NoteList(Schema):
    """In order."""

    items = fields.List(fields.Nested(NoteView))


class LinkView(Schema):
    """The other ticket. ``is_from_here``: this ticket was linked to it."""

    ticket_no = fields.String()
    kind = fields.String()
    is_from_here = fields.Boolean()


class LinkList(Schema):
    """Oldest first."""

    items = fields.List(fields.Nested(LinkView))


class PrematureQuery(Schema):
    """How many of the newest."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class PrematureView(TicketHead):
    """A ticket whose last completion looks premature."""

    premature = fields.List(fields.String())


class PrematureList(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(PrematureView))


@blueprint.route("/tickets/<ticket_no>/notes")
@requires("ticket.view")
@blueprint.response(200, NoteList)
def show_notes(ticket_no: str) -> Response:
    """内部备注：本单位的，热线可见全部."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        city = reference_at(session, at)
        known = known_reporters(session, [ticket_id], vault=runtime().vault)[ticket_id]
        rows = noting.notes_for(session, ticket_id, unit_ids_in_scope(session, person, at=at))
        items = [
            {
                "number": note.number,
                "unit": unit_by_id(note.unit_id, city),
                "words": screened(body, known),
                "at": local(note.at, city),
            }
            for note, body in rows
        ]
    return answer_json({"items": items})


@blueprint.route("/tickets/<ticket_no>/links")
@requires("ticket.view")
@blueprint.response(200, LinkList)
def show_links(ticket_no: str) -> Response:
    """关联的工单，只列出您有权查看的."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        items = []
        for one in linking.links(session, ticket_id):
            try:
                require_ticket_in_scope(session, person, one.ticket_id, at=at)
            except NotFound:
                continue
            items.append({"ticket_no": one.ticket_no, "kind": one.kind, "is_from_here": one.is_from_here})
    return answer_json({"items": items})


@blueprint.route("/premature-completions")
@requires("completion.review")
@blueprint.arguments(PrematureQuery, location="query")
@blueprint.response(200, PrematureList)
def show_premature(query: dict[str, Any]) -> Response:
    """疑似仓促办结的工单，新的在前."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        rows = completing.premature(session, units, limit=query["limit"])
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            head(row.Ticket, row.title, city, known[row.Ticket.ticket_id])
            | {"premature": completing.reasons_of(row.Ticket)}
            for row in rows
        ]
    return answer_json({"items": items})
