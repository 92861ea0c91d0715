"""``/api/v1/duty``: the rota of the units in one's scope, and the calls of whoever asks."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import reference as reference_at
from dispatch.duty import calling, queries, services
from dispatch.duty.checks import NewShift
from dispatch.duty.people import chosen_units, people_by_login
from dispatch.duty.shapes import (
    CallList,
    CallsQuery,
    DutyCallView,
    HandOverSchema,
    ShiftList,
    ShiftSchema,
    ShiftsQuery,
    ShiftView,
    call_shape,
    shift_shape,
)
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.rate import limit_calls

blueprint = ApiBlueprint("duty", __name__, url_prefix="/api/v1/duty", description="值班")
blueprint.before_request(limit_calls)


@blueprint.route("/shifts")
@requires("duty.view")
@blueprint.arguments(ShiftsQuery, location="query")
@blueprint.response(200, ShiftList)
def show_shifts(query: dict[str, Any]) -> Response:
    """值班表：权限范围内单位的班次，按开始时间排列."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        units = chosen_units(unit_ids_in_scope(session, person, at=at), query["unit_code"], city)
        since = query["from_"] or at
        until = query["until"] or since + city.procedure.duty.ahead
        found = queries.shifts_between(session, units, since=since, until=until, limit=query["limit"])
        body = {"items": [shift_shape(row.DutyShift, row.Account, row[2], city) for row in found]}
    return answer_json(body)


@blueprint.route("/shifts", methods=["POST"])
@requires("duty.keep")
@blueprint.arguments(ShiftSchema)
@blueprint.response(201, ShiftView)
def enter_shift(data: dict[str, Any]) -> Response:
    """登记一个班次."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        unit_id = services.unit_in_scope(data["unit_code"], units, city)
        on_duty, backup = people_by_login(session, data["login"], data["backup_login"])
        new = NewShift(unit_id, data["starts_at"], data["ends_at"], on_duty, backup)
        made = services.enter(session, [new], units=units, reference=city, actor=person.actor, at=at)[0]
        body = shift_shape(made, *queries.pair_of(session, made), city)
    return answer_json(body, status=201)


@blueprint.route("/shifts/<int:shift_id>", methods=["DELETE"])
@requires("duty.keep")
@blueprint.response(204)
def remove_shift(shift_id: int) -> Response:
    """移除一个尚未开始的班次."""
    at, person = now(), current_person()
    with transaction() as session:
        services.remove(session, shift_id, units=unit_ids_in_scope(session, person, at=at), at=at)
    return Response(status=204)


@blueprint.route("/shifts/<int:shift_id>/hand-over", methods=["POST"])
@requires("duty.keep")
@blueprint.arguments(HandOverSchema)
@blueprint.response(200, ShiftList)
def hand_over(data: dict[str, Any], shift_id: int) -> Response:
    """交班：进行中的班次到此为止，其余时间可交给他人."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        to, backup = people_by_login(session, data["login"], data["backup_login"]) if data["login"] else (None, None)
        rest = services.hand_over(
            session, shift_id, units=units, to=to, backup=backup, reference=city, actor=person.actor, at=at
        )
        left = [queries.shift_of(session, shift_id, units), *([rest] if rest is not None else [])]
        body = {"items": [shift_shape(one, *queries.pair_of(session, one), city) for one in left]}
    return answer_json(body)


@blueprint.route("/calls")
@requires("duty.answer")
@blueprint.arguments(CallsQuery, location="query")
@blueprint.response(200, CallList)
def show_calls(query: dict[str, Any]) -> Response:
    """本人的值班呼叫，未读在前."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        found = queries.calls_of(session, person.account_id, limit=query["limit"])
        body = {
            "items": [call_shape(row.DutyCall, row.Ticket.ticket_no, city) for row in found],
            "unread": queries.unread_count(session, person.account_id),
        }
    return answer_json(body)


@blueprint.route("/calls/<int:call_id>/read", methods=["POST"])
@requires("duty.answer")
@blueprint.response(200, DutyCallView)
def read_call(call_id: int) -> Response:
    """标记一条值班呼叫为已读."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference_at(session, at)
        found = calling.read(session, call_id, account_id=person.account_id, at=at)
        body = call_shape(found, queries.ticket_no_of(session, found), city)
    return answer_json(body)
