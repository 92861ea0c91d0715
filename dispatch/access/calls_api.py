"""``/api/v1/calls``: the telephone exchange tells of calls; numbers go to the vault and come back masked."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.calls import INBOUND, OUTBOUND, CallFacts, number_of, record_call
from dispatch.access.guard import current_person, requires
from dispatch.access.vault import masked_phone
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.edge import visible_ticket_id
from dispatch.tickets.representation import local
from dispatch.tickets.schemas import LONGEST_CODE, Phone, one_of

LONGEST_ID = 100
LONGEST_REFERENCE = 500

blueprint = ApiBlueprint("calls", __name__, url_prefix="/api/v1", description="通话记录")
blueprint.before_request(limit_calls)


class CallSchema(Schema):
    """What is known of a call so far; fields not given stay as they are."""

    direction = one_of((INBOUND, OUTBOUND), load_default=INBOUND)
    line = Words(longest=LONGEST_CODE, load_default=None, allow_none=True)
    number = Phone(longest=LONGEST_CODE, load_default=None, allow_none=True)
    rang_at = Instant(load_default=None, allow_none=True)
    answered_at = Instant(load_default=None, allow_none=True)
    ended_at = Instant(load_default=None, allow_none=True)
    agent = Words(longest=LONGEST_CODE, load_default=None, allow_none=True)
    recording_reference = Words(longest=LONGEST_REFERENCE, load_default=None, allow_none=True)
    ticket_no = Words(longest=LONGEST_CODE, load_default=None, allow_none=True)


class CallView(Schema):
    """The call as told so far; the number is masked."""

    call_id = fields.String()
    direction = fields.String()
    line = fields.String(allow_none=True)
    number = fields.String(allow_none=True)
    rang_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    agent = fields.String(allow_none=True)
    recording_reference = fields.String(allow_none=True)
    is_linked = fields.Boolean()


@blueprint.route("/calls/<call_id>", methods=["PUT"])
@requires("ticket.accept")
@blueprint.arguments(CallSchema)
@blueprint.response(200, CallView)
def tell(data: dict[str, Any], call_id: str) -> Response:
    """登记通话的振铃、接听、结束与录音；先后不论，重复无妨."""
    check_call_id(call_id)
    at, person, vault = now(), current_person(), runtime().vault
    with transaction() as session:
        ticket_no = data.pop("ticket_no")
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at) if ticket_no else None
        call = record_call(session, call_id, CallFacts(**data, ticket_id=ticket_id), vault=vault)
        number = number_of(call, vault=vault)
        reference = reference_at(session, at)
        body = {
            "call_id": call.call_id,
            "direction": call.direction,
            "line": call.line,
            "number": masked_phone(number) if number else None,
            **{name: local(getattr(call, name), reference) for name in ("rang_at", "answered_at", "ended_at")},
            "agent": call.agent,
            "recording_reference": call.recording_reference,
            "is_linked": call.ticket_id is not None,
        }
    return answer_json(body)


def check_call_id(call_id: str) -> None:
    """Raises ``call.id_unusable``."""
    if len(call_id) > LONGEST_ID or not (call_id.isascii() and call_id.isprintable()):
        raise DomainError("call.id_unusable", f"通话编号须为至多 {LONGEST_ID} 个可见 ASCII 字符。", field="call_id")
