"""``/api/v1/suggest/repeats`` and ``POST /api/v1/repeats``: what a new caller may be repeating.

A POST for what was said and for the telephone, since an address (URL) ends up in logs and histories: a GET takes codes and a few
words, as while typing a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from dispatch.access.contact import tickets_of_phone
from dispatch.access.guard import current_person, requires
from dispatch.access.known import known_reporters
from dispatch.console.progress import progress_sentence
from dispatch.directory.snapshot import Reference
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields
from dispatch.merging.asking import asked_of
from dispatch.merging.repeats import Repeat, repeats
from dispatch.routing.decision import Matter
from dispatch.tickets import schemas, shapes
from dispatch.tickets.representation import head
from dispatch.tickets.screening import screened

blueprint = ApiBlueprint("repeats", __name__, url_prefix="/api/v1", description="重复诉求")

WORDS = ("title", "text", "address")


def _words(longest: int, **kwargs: Any) -> Words:
    return Words(longest=longest, is_blank_allowed=True, load_default="", **kwargs)


class RepeatsQuery(Schema):
    """What is known of the matter; any of it may be missing. Place and category are found in the words where they are not given."""

    phone = schemas.Phone(longest=schemas.LONGEST_CODE, allow_none=True, load_default=None)
    title = _words(schemas.LONGEST_TITLE)
    text = Words(is_blank_allowed=True, load_default="")
    address = _words(schemas.LONGEST_LINE)
    place_code = schemas.code(allow_none=True, load_default=None)
    category = schemas.code(allow_none=True, load_default=None)


class ShortQuery(Schema):
    """The same in an address: codes and a few words, neither a telephone number nor a whole complaint."""

    title = _words(schemas.LONGEST_TITLE)
    text = _words(schemas.LONGEST_TITLE)
    address = _words(schemas.LONGEST_TITLE)
    place_code = schemas.code(data_key="place", load_default=None)
    category = schemas.code(load_default=None)


class RepeatView(shapes.TicketHead):
    """``is_own``: the same telephone; ``is_same_matter``: the same place and category; ``likeness``: how alike the words are in
    percent, 0 where they are not. ``people``: how many spoke up. ``progress``: what to tell whoever asks again.
    """

    is_own = fields.Boolean()
    is_same_matter = fields.Boolean()
    likeness = fields.Integer()
    people = fields.Integer()
    can_join = fields.Boolean()
    progress = fields.String()


class RepeatList(Schema):
    """The likeliest first: those with more reasons, then those worded more alike. ``has_more``: there may be others."""

    items = fields.List(fields.Nested(RepeatView))
    has_more = fields.Boolean()


@blueprint.route("/repeats", methods=["POST"])
@requires("ticket.accept")
@blueprint.arguments(RepeatsQuery)
@blueprint.response(200, RepeatList)
def find_repeats(data: dict[str, Any]) -> Response:
    """查找可能重复的工单：同一电话、同一地点同一事项，或内容相似；按电话查找会留下记录，不透露其他诉求人是谁."""
    return _answer(data)


@blueprint.route("/suggest/repeats", methods=["POST"])
@requires("ticket.accept")
@blueprint.arguments(RepeatsQuery)
@blueprint.response(200, RepeatList)
def suggest_repeats(data: dict[str, Any]) -> Response:
    """边填边查可能重复的工单，与 /repeats 相同；诉求全文和电话只能用 POST 提交，不得写进网址."""
    return _answer(data)


@blueprint.route("/suggest/repeats", methods=["GET"])
@requires("ticket.accept")
@blueprint.arguments(ShortQuery, location="query")
@blueprint.response(200, RepeatList)
def suggest_repeats_short(query: dict[str, Any]) -> Response:
    """边填边查可能重复的工单：只收分类、地点代码和少量文字；含电话或证件号码的一律拒绝，请改用 POST."""
    if any(screened(query[name]) != query[name] for name in WORDS):
        raise DomainError("repeats.personal_in_address", "网址里不能有电话或证件号码，请改用 POST 提交。")
    return _answer({**query, "phone": None})


def _answer(data: dict[str, Any]) -> Response:
    at, person, vault = now(), current_person(), runtime().vault
    phone = data.pop("phone")
    with transaction() as session:
        city = reference_at(session, at)
        if phone:
            tickets_of_phone(session, phone, vault=vault, actor=person.actor, at=at, limit=1)  # logs the search
        asked = asked_of(
            session, Matter(**data), city, at=at, phone_indexes=vault.blind_indexes(phone) if phone else ()
        )
        found = repeats(session, asked, person=person, rules=city.procedure, at=at)
        return answer_json({"items": _views(session, found.items, city), "has_more": found.has_more})


def _views(session: Session, found: Sequence[Repeat], city: Reference) -> list[dict[str, Any]]:
    known = known_reporters(session, [one.ticket.ticket_id for one in found], vault=runtime().vault)
    return [
        head(one.ticket, one.title, city, known[one.ticket.ticket_id])
        | {
            "is_own": one.is_own,
            "is_same_matter": one.is_same_matter,
            "likeness": one.likeness,
            "people": one.people,
            "can_join": one.can_join,
            "progress": progress_sentence(one.ticket, city),
        }
        for one in found
    ]
