"""``/api/v1/missed-calls``: the operators' queue of numbers to call back; masked until one is taken."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.calls import number_of
from dispatch.access.guard import current_person, requires
from dispatch.access.vault import masked_phone
from dispatch.access.vault_models import CallRecord
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields
from dispatch.kernel.rate import limit_calls
from dispatch.outcomes import call_backs
from dispatch.outcomes.states import CallBackOutcome
from dispatch.tickets.representation import local
from dispatch.tickets.schemas import one_of

blueprint = ApiBlueprint("missed_calls", __name__, url_prefix="/api/v1", description="未接来电")
blueprint.before_request(limit_calls)


class MissedCallView(Schema):
    """One number, masked: its newest call, how often it rang, how often it was tried since."""

    missed_call_id = fields.Integer()
    number = fields.String()
    rang_at = Instant()
    calls = fields.Integer()
    tries = fields.Integer()
    is_taken = fields.Boolean()


class MissedCallList(Schema):
    """Longest waiting first."""

    items = fields.List(fields.Nested(MissedCallView))


class CallBackView(Schema):
    """The number to dial, for whoever took it, until ``held_until``."""

    call_back_id = fields.Integer()
    number = fields.String()
    held_until = Instant()


class CallBackOutcomeSchema(Schema):
    """How calling back ended."""

    outcome = one_of(tuple(CallBackOutcome), required=True)


class CallBackEnded(CallBackOutcomeSchema):
    """What was written down."""

    call_back_id = fields.Integer()


@blueprint.route("/missed-calls")
@requires("call.return")
@blueprint.response(200, MissedCallList)
def show_missed_calls() -> Response:
    """未接来电：同一号码只列一次，等待最久的在前."""
    at, vault = now(), runtime().vault
    with transaction() as session:
        reference = reference_at(session, at)
        items = [
            {
                "missed_call_id": one.call_record_id,
                "number": masked_phone(number_of(session.get_one(CallRecord, one.call_record_id), vault=vault) or ""),
                "rang_at": local(one.rang_at, reference),
                "calls": one.calls,
                "tries": one.tries,
                "is_taken": one.taken_by is not None,
            }
            for one in call_backs.missed(session, procedure=reference.procedure, at=at)
        ]
    return answer_json({"items": items})


@blueprint.route("/missed-calls/<int:missed_call_id>/take", methods=["POST"])
@requires("call.return")
@blueprint.response(200, CallBackView)
def take_missed_call(missed_call_id: int) -> Response:
    """领取未接来电：显示号码，保留一段时间."""
    at, person = now(), current_person()
    with transaction() as session:
        reference = reference_at(session, at)
        held = call_backs.take(session, missed_call_id, reference=reference, actor=person.actor, at=at)
        dialled = {"vault": runtime().vault, "actor": person.actor, "at": at}
        body = {
            "call_back_id": held.call_back_id,
            "number": call_backs.number_to_dial(session, held.call_back_id, **dialled),
            "held_until": local(held.held_until, reference),
        }
    return answer_json(body)


@blueprint.route("/call-backs/<int:call_back_id>/outcome", methods=["POST"])
@requires("call.return")
@blueprint.arguments(CallBackOutcomeSchema)
@blueprint.response(200, CallBackEnded)
def finish_call_back(data: dict[str, Any], call_back_id: int) -> Response:
    """登记回拨结果：已接通、无人接听、号码有误."""
    at, person = now(), current_person()
    with transaction() as session:
        call_backs.finish(session, call_back_id, outcome=data["outcome"], actor=person.actor, at=at)
    return answer_json({"call_back_id": call_back_id, "outcome": data["outcome"]})
