"""``/api/v1/notices``: the unread lines of the inbox of whoever asks."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.notices import inbox
from dispatch.tickets.representation import local

MOST = 200

blueprint = ApiBlueprint("notices", __name__, url_prefix="/api/v1", description="提醒")
blueprint.before_request(limit_calls)


class NoticesQuery(Schema):
    """How many, newest first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST))


class NoticeItem(Schema):
    """One thing the unit should know, from one event of a ticket."""

    notice = fields.Integer()
    ticket_no = fields.String()
    kind = fields.String()
    at = Instant()


class Notices(Schema):
    """Unread lines."""

    items = fields.List(fields.Nested(NoticeItem))


class ReadBody(Schema):
    """Which lines were read."""

    notices = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(1, MOST))


class ReadView(Schema):
    """How many lines are read that were not before."""

    read = fields.Integer()


@blueprint.route("/notices")
@requires("notice.view")
@blueprint.arguments(NoticesQuery, location="query")
@blueprint.response(200, Notices)
def show_notices(query: dict[str, Any]) -> Response:
    """本单位未读提醒."""
    with transaction() as session:
        reference = reference_at(session, now())
        reader = inbox.reader_of(current_person(), reference)
        rows = inbox.unread(session, reader, limit=query["limit"]) if reader else []
        items = [
            {
                "notice": row.Notice.notice_id,
                "ticket_no": row.Ticket.ticket_no,
                "kind": row.Notice.kind,
                "at": local(row.Notice.at, reference),
            }
            for row in rows
        ]
    return answer_json({"items": items})


@blueprint.route("/notices/read", methods=["POST"])
@requires("notice.view")
@blueprint.arguments(ReadBody)
@blueprint.response(200, ReadView)
def read_notices(body: dict[str, Any]) -> Response:
    """标为已读."""
    at = now()
    with transaction() as session:
        reader = inbox.reader_of(current_person(), reference_at(session, at))
        count = inbox.mark_read(session, reader, body["notices"], at=at) if reader else 0
    return answer_json({"read": count})
