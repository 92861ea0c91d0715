"""``/api/v1/incidents``: the board of known incidents, for other systems of the hotline."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.directory.snapshot import Reference
from dispatch.directory.snapshot import reference as reference_at
from dispatch.incidents import queries, services
from dispatch.incidents.models import Incident
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields
from dispatch.tickets import schemas
from dispatch.tickets.representation import local, unit, unit_by_id
from dispatch.tickets.shapes import UnitSchema

BOARD = 100

blueprint = ApiBlueprint("incidents", __name__, url_prefix="/api/v1")


class OpenSchema(Schema):
    """A known incident: what, where, who sees to it, until when."""

    title = Words(longest=schemas.LONGEST_TITLE, required=True)
    category = schemas.code(allow_none=True, load_default=None)
    place_code = schemas.code(allow_none=True, load_default=None)
    unit_code = schemas.code(allow_none=True, load_default=None)
    expected_end_at = Instant(allow_none=True, load_default=None)


class ProgressSchema(Schema):
    """One text for everybody attached."""

    text = Words(longest=1_000, required=True)


class IncidentView(Schema):
    """``callers``: tickets attached. ``is_telling``: the last progress has not reached all of them yet."""

    incident_id = fields.Integer()
    title = fields.String()
    category = fields.String(allow_none=True)
    place = fields.Nested(UnitSchema, allow_none=True)
    unit = fields.Nested(UnitSchema, allow_none=True)
    opened_at = Instant()
    expected_end_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    progress_count = fields.Integer()
    is_telling = fields.Boolean()
    callers = fields.Integer()


class Board(Schema):
    """Open entries first."""

    items = fields.List(fields.Nested(IncidentView))


@blueprint.route("/incidents")
@requires("incident.view")
@blueprint.response(200, Board)
def board() -> Response:
    """已知事件，进行中的在前."""
    at = now()
    with transaction() as session:
        city = reference_at(session, at)
        found = queries.board(session, limit=BOARD)
        counts = queries.callers(session, [one.incident_id for one in found])
        items = [_shape(one, counts[one.incident_id], city) for one in found]
    return answer_json({"items": items})


@blueprint.route("/incidents", methods=["POST"])
@requires("incident.manage")
@blueprint.arguments(OpenSchema)
@blueprint.response(201, IncidentView)
def open_incident(data: dict[str, Any]) -> Response:
    """登记一条已知事件."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        made = services.open_incident(session, reference=city, actor=person.actor, at=at, **data)
        body = _shape(made, 0, city)
    return answer_json(body, status=201)


@blueprint.route("/incidents/<int:incident_id>/progress", methods=["POST"])
@requires("incident.manage")
@blueprint.arguments(ProgressSchema)
@blueprint.response(200, IncidentView)
def progress(data: dict[str, Any], incident_id: int) -> Response:
    """发布进展，逐一告知挂接的诉求人."""
    return _say(services.progress, incident_id, data["text"])


@blueprint.route("/incidents/<int:incident_id>/close", methods=["POST"])
@requires("incident.manage")
@blueprint.arguments(ProgressSchema)
@blueprint.response(200, IncidentView)
def close(data: dict[str, Any], incident_id: int) -> Response:
    """发布最后的说明并结束事件."""
    return _say(services.close, incident_id, data["text"])


def _say(verb: Any, incident_id: int, text: str) -> Response:
    at, person = now(), current_person()
    with transaction() as session:
        found = verb(session, incident_id, text=text, actor=person.actor, at=at)
        count = queries.callers(session, [incident_id])[incident_id]
        body = _shape(found, count, reference_at(session, at))
    return answer_json(body)


def _shape(one: Incident, callers: int, city: Reference) -> dict[str, Any]:
    return {
        "incident_id": one.incident_id,
        "title": one.title,
        "category": one.category,
        "place": unit(city.known.get(one.place_code or "")),
        "unit": unit_by_id(one.unit_id, city),
        "opened_at": local(one.opened_at, city),
        "expected_end_at": local(one.expected_end_at, city),
        "closed_at": local(one.closed_at, city),
        "progress_count": one.progress_count,
        "is_telling": one.is_telling,
        "callers": callers,
    }
