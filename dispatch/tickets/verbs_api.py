"""``/api/v1/tickets/<no>/…``: the verbs of units, dispatchers and adjudicators. Each answers state and version, If-Match respected."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.contact import contact_reporter
from dispatch.access.guard import current_person, requires
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, ProblemSchema
from dispatch.tickets import disputing, reassigning, schemas, services, shapes
from dispatch.tickets.edge import contacting_unit_id, run_verb, visible_ticket_id
from dispatch.tickets.representation import local

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "读取工单时得到的 ETag;工单此后有变化则答 412,不做任何改动。",
    "schema": {"type": "string"},
}
CHANGED: dict[str, Any] = {
    "description": "工单已被他人更新",
    "schema": ProblemSchema,
    "content_type": "application/problem+json",
}

verbs = ApiBlueprint("verbs", __name__)


@verbs.route("/tickets/<ticket_no>/acknowledge", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.acknowledge")
@verbs.arguments(schemas.NoteSchema, required=False)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def acknowledge(_data: dict[str, Any], ticket_no: str) -> Response:
    """签收."""
    return run_verb(
        ticket_no,
        lambda scene: services.acknowledge(scene.session, scene.ticket_id, **scene.as_unit),
    )


@verbs.route("/tickets/<ticket_no>/first-contact", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.contact")
@verbs.arguments(schemas.NoteSchema, required=False)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def first_contact(_data: dict[str, Any], ticket_no: str) -> Response:
    """登记先行联系."""
    return run_verb(
        ticket_no,
        lambda scene: services.first_contact(scene.session, scene.ticket_id, **scene.as_unit),
    )


@verbs.route("/tickets/<ticket_no>/complete", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.complete")
@verbs.arguments(schemas.CompleteSchema)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def complete(data: dict[str, Any], ticket_no: str) -> Response:
    """办结并答复."""
    return run_verb(
        ticket_no,
        lambda scene: services.complete(
            scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data
        ),
    )


@verbs.route("/tickets/<ticket_no>/dispute", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.dispute")
@verbs.arguments(schemas.DisputeSchema)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def dispute(data: dict[str, Any], ticket_no: str) -> Response:
    """提出派单异议."""
    return run_verb(
        ticket_no,
        lambda scene: disputing.dispute(
            scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data
        ),
    )


@verbs.route("/tickets/<ticket_no>/rule", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.rule")
@verbs.arguments(schemas.RulingSchema)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def rule(data: dict[str, Any], ticket_no: str) -> Response:
    """裁定派单异议."""
    return run_verb(
        ticket_no,
        lambda scene: disputing.rule(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data),
    )


@verbs.route("/tickets/<ticket_no>/dispatch", methods=["POST"], parameters=[IF_MATCH])
@requires("ticket.dispatch")
@verbs.arguments(schemas.DispatchSchema)
@verbs.response(200, shapes.StateSchema)
@verbs.alt_response(412, **CHANGED)
def dispatch_to(data: dict[str, Any], ticket_no: str) -> Response:
    """人工派单."""
    return run_verb(
        ticket_no,
        lambda scene: reassigning.dispatch_waiting(
            scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data
        ),
    )


@verbs.route("/tickets/<ticket_no>/contact", methods=["POST"])
@requires("ticket.contact")
@verbs.arguments(schemas.ContactSchema)
@verbs.response(200, shapes.ContactView)
def contact(data: dict[str, Any], ticket_no: str) -> Response:
    """联系诉求人：记录事由后显示一次姓名与号码，限时有效."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        reference = reference_at(session, at)
        shown = contact_reporter(
            session,
            ticket_id,
            vault=runtime().vault,
            actor=person.actor,
            unit_id=contacting_unit_id(session, ticket_id, person=person, at=at),
            purpose=data["purpose"],
            shown_minutes=reference.procedure.contact_shown_minutes,
            at=at,
        )
    return answer_json({"name": shown.name, "phone": shown.phone, "until": local(shown.until, reference)})
