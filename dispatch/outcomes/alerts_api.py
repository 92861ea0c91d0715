"""``/api/v1/alerts``: words of threat or emergency, for supervisors; seen by the verb ``see-alert`` on the ticket."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.outcomes import queries
from dispatch.outcomes.states import AGENCIES, ALERT_WORDS
from dispatch.tickets.representation import head, local
from dispatch.tickets.schemas import one_of
from dispatch.tickets.shapes import TicketHead

GREATEST_ID = 2**63 - 1

blueprint = ApiBlueprint("alerts", __name__, url_prefix="/api/v1", description="警示")
blueprint.before_request(limit_calls)


class AlertQuery(Schema):
    """A page, newest first. ``before``: the ``next`` of the page before."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, GREATEST_ID))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class AlertView(Schema):
    """One alert with its ticket. ``agency``: whom to hand it to; ``seen_at`` null: no supervisor has seen it."""

    alert_id = fields.Integer()
    kind = one_of(tuple(ALERT_WORDS))
    agency = one_of(tuple(AGENCIES), allow_none=True)
    raised_at = Instant()
    seen_at = Instant(allow_none=True)
    seen_by = fields.String(allow_none=True)
    ticket = fields.Nested(TicketHead)


class AlertList(Schema):
    """Newest first, and how many nobody has seen yet."""

    items = fields.List(fields.Nested(AlertView))
    unseen = fields.Integer()
    next = fields.Integer(allow_none=True)


@blueprint.route("/alerts")
@requires("alert.see")
@blueprint.arguments(AlertQuery, location="query")
@blueprint.response(200, AlertList)
def alerts(query: dict[str, Any]) -> Response:
    """警示：出现扬言、轻生、险情等词语的诉求；用工单的 see-alert 登记已看."""
    at, limit = now(), query["limit"]
    with transaction() as session:
        city = reference_at(session, at)
        found = queries.alerts(session, before=query["before"], limit=limit + 1)
        shown = found[:limit]
        known = known_reporters(session, sorted({row.Ticket.ticket_id for row in shown}), vault=runtime().vault)
        items = [
            {
                "alert_id": row.Alert.alert_id,
                "kind": row.Alert.kind,
                "agency": row.Alert.agency,
                "raised_at": local(row.Alert.raised_at, city),
                "seen_at": local(row.Alert.seen_at, city),
                "seen_by": row.Alert.seen_by,
                "ticket": head(row.Ticket, row.title, city, known[row.Ticket.ticket_id]),
            }
            for row in shown
        ]
        following = items[-1]["alert_id"] if len(found) > limit else None
        unseen = queries.unseen_alerts(session)
    return answer_json({"items": items, "unseen": unseen, "next": following})
