"""``/api/v1/tickets``: taking in matters, and reading tickets and worklists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, request

from dispatch.access.guard import current_person, requires
from dispatch.access.known import known_reporters
from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import reference as reference_at
from dispatch.follow_ups.blindness import TELLING_EVENTS, kept_from
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import machine_now, now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.http import ApiBlueprint, ProblemSchema
from dispatch.kernel.metrics import DISPATCH_SECONDS
from dispatch.kernel.problems import answer, problem_of_domain
from dispatch.kernel.rate import limit_calls
from dispatch.notices import consumers
from dispatch.tickets import finding, idempotency, queries, representation, schemas, shapes
from dispatch.tickets.contact_api import contacting
from dispatch.tickets.edge import visible_ticket_id
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.models import Assignment
from dispatch.tickets.preview import preview

GREATEST_ID = 2**63 - 1
LISTENING = consumers.INBOX  # whoever takes in matters must have imported those who listen to their events
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "由客户端生成的唯一键；同键同内容的重复请求得到同一答复，保留 24 小时。",
    "schema": {"type": "string", "maxLength": idempotency.LONGEST_KEY},
}
PROBLEM = {"schema": ProblemSchema, "content_type": "application/problem+json"}

blueprint = ApiBlueprint("tickets", __name__, url_prefix="/api/v1", description="工单")
blueprint.before_request(limit_calls)
blueprint.register_blueprint(contacting)


def _still_running(error: idempotency.StillRunning) -> Response:
    return answer(replace(problem_of_domain(error), headers={"Retry-After": str(idempotency.RETRY_AFTER_SECONDS)}))


blueprint.register_error_handler(idempotency.StillRunning, _still_running)


@blueprint.route("/tickets", methods=["POST"], parameters=[KEY])
@requires("ticket.accept")
@blueprint.arguments(schemas.IntakeSchema)
@blueprint.response(201, shapes.AcceptedSchema)
@blueprint.alt_response(409, description="同一请求正在处理", **PROBLEM)
def take_in(data: dict[str, Any]) -> Response:
    """受理一件诉求，并直接派给承办单位."""
    at, person = now(), current_person()

    def act() -> idempotency.Answer:
        reference = reference_at(session, at)
        made = accept(session, Intake(**data), reference=reference, vault=runtime().vault, actor=person.actor, at=at)
        return idempotency.Answer(201, current_app.json.dumps(representation.accepted(made, reference)))

    with DISPATCH_SECONDS.time(), transaction() as session:
        given = idempotency.once(
            session,
            request.headers.get("Idempotency-Key", ""),
            scope=f"POST /tickets {person.actor}",
            secret=runtime().config.secret_key,
            payload=_payload(),
            at=machine_now(),
            act=act,
        )
    told = json.loads(given.body)
    location = f"{blueprint.url_prefix}/tickets/{told['ticket_no']}"
    return answer_json(given.body, status=given.status, version=told["version"], headers={"Location": location})


def _payload() -> bytes:
    """What was sent, whatever the order of its names: a client's retry may write them anew."""
    return json.dumps(json.loads(request.get_data(cache=True)), sort_keys=True).encode()


@blueprint.route("/suggest", methods=["POST"])
@requires("ticket.accept")
@blueprint.arguments(schemas.MatterSchema)
@blueprint.response(200, shapes.DecisionSchema)
def suggest(data: dict[str, Any]) -> Response:
    """预览派单决定：单位、分类、时限与理由；不保存任何内容."""
    at = now()
    with transaction() as session:
        reference = reference_at(session, at)
        seen = preview(session, Intake(**data), reference, at)
        body = representation.decision(seen.decision, limit=seen.limit, due_at=seen.due_at, reference=reference)
    return answer_json(body)


@blueprint.route("/tickets/<ticket_no>")
@requires("ticket.view")
@blueprint.response(200, shapes.TicketView)
def show(ticket_no: str) -> Response:
    """查看工单：文字已隐去号码，诉求人已遮盖."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket = finding.visible(session, ticket_no, person=person, at=at)
        body = representation.whole(
            session, ticket, reference=reference_at(session, at), vault=runtime().vault, person=person
        )
    return answer_json(body, version=body["version"])


@blueprint.route("/tickets/<ticket_no>/events")
@requires("ticket.view")
@blueprint.response(200, shapes.EventList)
def show_events(ticket_no: str) -> Response:
    """查看工单的事件链."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        reference = reference_at(session, at)
        found = queries.timeline(session, ticket_id)
        hidden = TELLING_EVENTS if kept_from(session, [ticket_id], person) else ()
        rows = [representation.event(row, reference) for row in found if row.type not in hidden]
    return answer_json({"ticket_no": ticket_no, "events": rows}, version=len(found))


@blueprint.route("/worklist")
@requires("ticket.acknowledge", "ticket.complete")
@blueprint.arguments(schemas.WorklistQuery, location="query")
@blueprint.response(200, shapes.Worklist)
def show_worklist(query: dict[str, Any]) -> Response:
    """本单位(含下级)在办工单，按剩余时间排列."""
    at, limit = now(), query["limit"]
    after = _cursor(query["after"]) if query["after"] else None
    with transaction() as session:
        reference = reference_at(session, at)
        units = sorted(unit_ids_in_scope(session, current_person(), at=at) or ())
        rows = queries.worklist(session, units, after=after, limit=limit)
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            representation.head(row.Ticket, row.title, reference, known[row.Ticket.ticket_id])
            | {"assignment": representation.assignment(row.Assignment, reference)}
            for row in rows
        ]
        following = _mark(rows[-1].Assignment) if len(rows) == limit else None
    return answer_json({"items": items, "next": following})


def _mark(last: Assignment) -> str:
    """Where the next page begins, read back by ``_cursor``."""
    assert last.due_at  # a lead always has one
    return f"{last.due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}/{last.ticket_id}"


def _cursor(text: str) -> tuple[datetime, int]:
    instant, _, ticket_id = text.rpartition("/")
    try:
        due_at, number = datetime.fromisoformat(instant), int(ticket_id)
    except ValueError:
        number = -1
    if not 0 <= number <= GREATEST_ID or due_at.tzinfo is None:
        raise DomainError("worklist.after_unreadable", "翻页标记无法识别，请使用上一页给出的 next。", field="after")
    return due_at, number
