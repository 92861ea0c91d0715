"""``POST /api/v1/repeats``: what a new caller may be repeating. A POST, so that no telephone number stands in an address."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.contact import tickets_of_phone
from dispatch.access.guard import current_person, requires
from dispatch.access.known import known_reporters
from dispatch.console.progress import progress_sentence
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, fields
from dispatch.merging import queries
from dispatch.tickets import schemas, shapes, work_queries
from dispatch.tickets.representation import head

blueprint = ApiBlueprint("repeats", __name__, url_prefix="/api/v1")


class RepeatsQuery(Schema):
    """The caller's number, the place and category of the matter; any of them may be missing."""

    phone = schemas.Phone(longest=schemas.LONGEST_CODE, allow_none=True, load_default=None)
    place_code = schemas.code(allow_none=True, load_default=None)
    category = schemas.code(allow_none=True, load_default=None)


class RepeatView(shapes.TicketHead):
    """``is_own``: the same telephone. ``people``: how many spoke up. ``progress``: what to tell whoever asks again."""

    is_own = fields.Boolean()
    people = fields.Integer()
    can_join = fields.Boolean()
    progress = fields.String()


class Repeats(Schema):
    """The caller's own first, then others of the same place and category, newest first."""

    items = fields.List(fields.Nested(RepeatView))


@blueprint.route("/repeats", methods=["POST"])
@requires("ticket.accept")
@blueprint.arguments(RepeatsQuery)
@blueprint.response(200, Repeats)
def repeats(data: dict[str, Any]) -> Response:
    """查找可能重复的工单：同一电话，或同一地点同一事项；按电话查找会留下记录，不透露其他诉求人是谁."""
    at, person, vault = now(), current_person(), runtime().vault
    phone = data["phone"]
    with transaction() as session:
        city = reference_at(session, at)
        if phone:
            tickets_of_phone(session, phone, vault=vault, actor=person.actor, at=at, limit=1)  # logs the search
        found = queries.repeats(
            session,
            phone_indexes=vault.blind_indexes(phone) if phone else (),
            place_code=data["place_code"],
            category=data["category"],
            at=at,
            days=city.procedure.repeat_days,
            limit=city.procedure.repeats_shown,
        )
        ids = [one.ticket.ticket_id for one in found]
        titles, known = work_queries.titles(session, ids), known_reporters(session, ids, vault=vault)
        items = [
            head(one.ticket, titles.get(one.ticket.ticket_id), city, known[one.ticket.ticket_id])
            | {
                "is_own": one.is_own,
                "people": one.people,
                "can_join": one.can_join,
                "progress": progress_sentence(one.ticket, city),
            }
            for one in found
        ]
    return answer_json({"items": items})
