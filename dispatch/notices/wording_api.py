"""``/api/v1/wordings``: what is said to citizens, every version of it, trying new words and putting them in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.notices import wording_verbs, wordings
from dispatch.notices.wording_trial import trial
from dispatch.notices.wordings import Version, kind_named

LONGEST = 1_000
LARGEST = 2**15 - 1
KINDS = "/<string:kind>/<string:name>"

blueprint = ApiBlueprint("wordings", __name__, url_prefix="/api/v1/wordings", description="短信与话术")
blueprint.before_request(limit_calls)


class WordingView(Schema):
    """One version; ``in_force_from``, ``actor`` and ``at`` are empty where the package ships it."""

    kind = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    text = fields.String(required=True)
    confidential = fields.String(required=True)
    in_force_from = fields.String(allow_none=True)
    reason = fields.String()
    restores = fields.Integer(allow_none=True)
    actor = fields.String(allow_none=True)
    at = fields.String(allow_none=True)


class WordingList(Schema):
    """Versions."""

    items = fields.List(fields.Nested(WordingView))


class WordsBody(Schema):
    """New words; ``confidential`` is what a caller reads who asked for secrecy, empty for a script."""

    text = Words(required=True, longest=LONGEST)
    confidential = Words(load_default="", longest=LONGEST, is_blank_allowed=True)


class PutWordsBody(WordsBody):
    """The words, why, and from when on they count; without an instant from now."""

    reason = Words(required=True, longest=wording_verbs.LONGEST_REASON)
    in_force_from = Instant(load_default=None, allow_none=True)


class RestoreBody(Schema):
    """Which version is put in force again, and why."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST))
    reason = Words(required=True, longest=wording_verbs.LONGEST_REASON)


class WordingSample(Schema):
    """What the caller of this ticket would read; the one made up with a word for every blank has no ticket."""

    ticket_kind = fields.String(allow_none=True)
    ticket_no = fields.String(allow_none=True)
    text = fields.String(required=True)
    confidential = fields.String(required=True)


class WordingTrial(Schema):
    """One sample for each kind of ticket that had such a notice lately, and one made up."""

    items = fields.List(fields.Nested(WordingSample))


@blueprint.route("")
@requires("wording.view")
@blueprint.response(200, WordingList)
def index() -> Response:
    """现行的短信与话术."""
    with transaction() as session:
        found = wordings.in_force(session, now())
    return answer_json({"items": [_view(kind, name, one) for (kind, name), one in found.items()]})


@blueprint.route(KINDS)
@requires("wording.view")
@blueprint.response(200, WordingList)
def show(kind: str, name: str) -> Response:
    """一项文字的各个版本，新的在前."""
    with transaction() as session:
        found = wordings.history(session, kind_named(kind), name)
    return answer_json({"items": [_view(kind, name, one) for one in found]})


@blueprint.route(f"{KINDS}/trial", methods=["POST"])
@requires("wording.view")
@blueprint.arguments(WordsBody)
@blueprint.response(200, WordingTrial)
def try_words(data: dict[str, Any], kind: str, name: str) -> Response:
    """检查并用近期工单试填；不保存、不发送."""
    wording_verbs.check(kind_named(kind), name, **data)
    with transaction() as session:
        found = trial(session, kind_named(kind), name, **data)
    items = [one._asdict() for one in found]
    return answer_json({"items": [{"ticket_kind": one.pop("kind"), **one} for one in items]})


@blueprint.route(KINDS, methods=["POST"])
@requires("wording.edit")
@blueprint.arguments(PutWordsBody)
@blueprint.response(201, WordingView)
def put(data: dict[str, Any], kind: str, name: str) -> Response:
    """启用新的文字，旧版本保留."""
    at, actor = now(), current_person().actor
    with transaction() as session:
        row = wording_verbs.put(session, kind_named(kind), name, **data, actor=actor, at=at)
        body = _view(kind, name, wordings.shown(row))
    return answer_json(body, status=201)


@blueprint.route(f"{KINDS}/restore", methods=["POST"])
@requires("wording.edit")
@blueprint.arguments(RestoreBody)
@blueprint.response(201, WordingView)
def restore(data: dict[str, Any], kind: str, name: str) -> Response:
    """恢复以前的版本，作为新版本立即生效."""
    at, actor = now(), current_person().actor
    with transaction() as session:
        row = wording_verbs.restore(session, kind_named(kind), name, **data, actor=actor, at=at)
        body = _view(kind, name, wordings.shown(row))
    return answer_json(body, status=201)


def _view(kind: str, name: str, one: Version) -> dict[str, Any]:
    when = {"in_force_from": _local(one.in_force_from), "at": _local(one.at)}
    return {"kind": str(kind), "name": name, **one._asdict(), **when}


def _local(at: datetime | None) -> str | None:
    return at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds") if at else None
