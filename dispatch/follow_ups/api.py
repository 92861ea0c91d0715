"""``/api/v1/follow-ups``: the queue of those who call back, and what the callers answered."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.actions.api import CHANGED, IF_MATCH
from dispatch.directory.snapshot import reference as reference_at
from dispatch.follow_ups import queries, services, taking
from dispatch.follow_ups.states import Outcome, Satisfaction, Solved
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.edge import run_verb
from dispatch.tickets.representation import head, local
from dispatch.tickets.schemas import Flag, one_of
from dispatch.tickets.shapes import StateSchema, TicketHead

blueprint = ApiBlueprint("follow_ups", __name__, url_prefix="/api/v1", description="回访")
blueprint.before_request(limit_calls)


class QueueQuery(Schema):
    """How many of those waiting longest."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class QueueItem(TicketHead):
    """A ticket that waits for its caller's answer."""

    round = fields.Integer()
    follow_up_state = fields.String()
    attempts = fields.Integer()
    opened_at = Instant()
    next_attempt_at = Instant()


class Queue(Schema):
    """Those that may be called now."""

    items = fields.List(fields.Nested(QueueItem))


class AttemptSchema(Schema):
    """One try. The three answers only when ``reached``; each may be missing."""

    outcome = one_of(tuple(Outcome), required=True)
    contacted = Flag(allow_none=True, load_default=None)
    solved = one_of(tuple(Solved), allow_none=True, load_default=None)
    satisfaction = one_of(tuple(Satisfaction), allow_none=True, load_default=None)
    words = Words(allow_none=True, load_default=None)


@blueprint.route("/follow-ups")
@requires("follow_up.attempt")
@blueprint.arguments(QueueQuery, location="query")
@blueprint.response(200, Queue)
def show_queue(query: dict[str, Any]) -> Response:
    """本人现在可以回访的工单，先急后缓，等候久的靠前."""
    at = now()
    with transaction() as session:
        reference = reference_at(session, at)
        held_before = at - reference.procedure.follow_up.taken_for
        actor = current_person().actor
        rows = queries.queue(session, at=at, limit=query["limit"], agent=actor, held_before=held_before)
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            head(row.Ticket, row.title, reference, known[row.Ticket.ticket_id])
            | {
                "round": row.FollowUp.round,
                "follow_up_state": row.FollowUp.state,
                "attempts": row.FollowUp.attempt_count,
                "opened_at": local(row.FollowUp.opened_at, reference),
                "next_attempt_at": local(row.FollowUp.next_attempt_at, reference),
            }
            for row in rows
        ]
    return answer_json({"items": items})


class Taken(Schema):
    """What the agent has now; null while nothing waits for them."""

    ticket_no = fields.String(allow_none=True)


@blueprint.route("/follow-ups/next", methods=["POST"])
@requires("follow_up.attempt")
@blueprint.response(200, Taken)
def take_next() -> Response:
    """接下最靠前的一张；同时来的两个回访员得到两张."""
    at, actor = now(), current_person().actor
    with transaction() as session:
        taken = taking.take_next(session, reference=reference_at(session, at), actor=actor, at=at)
        body = {"ticket_no": taken.ticket_no if taken else None}
    return answer_json(body)


@blueprint.route("/tickets/<ticket_no>/follow-ups/attempts", methods=["POST"], parameters=[IF_MATCH])
@requires("follow_up.attempt")
@blueprint.arguments(AttemptSchema)
@blueprint.response(200, StateSchema)
@blueprint.alt_response(412, **CHANGED)
def attempt(data: dict[str, Any], ticket_no: str) -> Response:
    """登记一次回访."""
    return run_verb(
        ticket_no,
        lambda scene: services.attempt(
            scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data
        ),
    )
