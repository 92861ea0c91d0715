"""``POST /api/v1/tickets/<no>/<verb>``: every verb as a route. Each answers state and version, If-Match respected."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.actions.registry import VERBS
from dispatch.actions.verb import Verb
from dispatch.kernel.http import ApiBlueprint, ProblemSchema
from dispatch.tickets import shapes
from dispatch.tickets.edge import run_verb

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

blueprint = ApiBlueprint("verbs", __name__, url_prefix="/api/v1")


def _add(verb: Verb) -> None:
    schema = verb.schema()
    is_body_required = any(field.required for field in schema.fields.values())

    def act(data: dict[str, Any], ticket_no: str) -> Response:
        return run_verb(ticket_no, lambda scene: verb.run(scene, data), locks_itself=verb.locks_itself)

    # The description takes an operation's summary from here, when the route is made.
    act.__doc__ = f"{verb.label}.\n\n{verb.hint}"
    view = blueprint.response(200, shapes.StateSchema)(blueprint.alt_response(412, **CHANGED)(act))
    view = requires(verb.permission)(blueprint.arguments(schema, required=is_body_required)(view))
    path = f"/tickets/<ticket_no>/{verb.name}"
    blueprint.route(path, methods=["POST"], parameters=[IF_MATCH], endpoint=verb.name)(view)


for _verb in VERBS:
    _add(_verb)
