"""``POST /api/v1/call-events``: the webhook of a telephone exchange in the form that Zammad's telephone interface takes."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import EXCLUDE

from dispatch.access.call_events import CallEvent, Told, hear
from dispatch.access.calls import INBOUND, OUTBOUND
from dispatch.access.calls_api import check_call_id
from dispatch.access.guard import requires
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.schemas import LONGEST_CODE, one_of

DIRECTIONS = {"in": INBOUND, "out": OUTBOUND}
MOST_USERS = 100

blueprint = ApiBlueprint("call_events", __name__, url_prefix="/api/v1", description="话机事件")
blueprint.before_request(limit_calls)


class CallEventSchema(Schema):
    """``user``: the log-in of who answers, or of all whom it rings for. ``cause`` is read and not kept, what else is sent passed over."""

    class Meta:
        """The exchange's own form, not ours."""

        unknown = EXCLUDE

    event = one_of(tuple(CallEvent), required=True)
    call_id = Words(longest=LONGEST_CODE, required=True, data_key="callId")
    direction = one_of(tuple(DIRECTIONS), required=True)
    caller = Words(longest=LONGEST_CODE, is_blank_allowed=True, load_default="", allow_none=True, data_key="from")
    called = Words(longest=LONGEST_CODE, is_blank_allowed=True, load_default="", allow_none=True, data_key="to")
    user = fields.Raw(load_default=None, allow_none=True)
    cause = Words(longest=LONGEST_CODE, is_blank_allowed=True, load_default=None, allow_none=True)


@blueprint.route("/call-events", methods=["POST"])
@requires("ticket.accept")
@blueprint.arguments(CallEventSchema)
@blueprint.response(204)
def hear_event(data: dict[str, Any]) -> Response:
    """话机来电、接听、挂断事件；重复、迟到、乱序均无妨."""
    check_call_id(data["call_id"])
    told = Told(
        CallEvent(data["event"]),
        data["call_id"],
        DIRECTIONS[data["direction"]],
        data["caller"] or "",
        data["called"] or "",
        _users(data["user"]),
    )
    at = now()
    with transaction() as session:
        hear(session, told, vault=runtime().vault, at=at)
    return Response(status=204)


def _users(given: Any) -> tuple[str, ...]:
    """One log-in or a list of them; what is neither is nobody."""
    listed = given if isinstance(given, list) else [given]
    users = dict.fromkeys(one.strip() for one in listed[:MOST_USERS] if isinstance(one, str) and one.strip())
    return tuple(user for user in users if len(user) <= LONGEST_CODE)
