"""``/api/v1/policies``: read the versions, check and simulate a text, put one into force, take one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import ValidationError

from dispatch.access.guard import current_person, requires
from dispatch.directory.models import BEGINNING
from dispatch.directory.snapshot import reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import UNWRITABLE, ApiBlueprint, Instant, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.limits.policy import LONGEST, Policy
from dispatch.policies import queries, replay, report, services
from dispatch.policies.checking import problems_of
from dispatch.policies.models import PolicyVersion
from dispatch.policies.replay import Span
from dispatch.policies.simulation import COUNTS

blueprint = ApiBlueprint("policies", __name__, url_prefix="/api/v1/policies", description="时限与程序政策")
blueprint.before_request(limit_calls)


def _require_writable(text: str) -> None:
    """Raise where the database could not keep it; unlike words of a person it is kept to the byte, line ends too."""
    if UNWRITABLE.search(text):
        raise ValidationError(Words.default_error_messages["unwritable"])


class PolicyVersionView(Schema):
    """A version on record; ``effective_from`` is empty where it has been in force from the beginning."""

    number = fields.Integer(required=True)
    version = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in queries.State]))
    effective_from = fields.String(allow_none=True)
    actor = fields.String(required=True)
    at = fields.String(required=True)
    withdrawn_at = fields.String(allow_none=True)
    withdrawn_by = fields.String(allow_none=True)


class WholePolicyVersion(PolicyVersionView):
    """The same with the file itself."""

    text = fields.String(required=True)


class PolicyVersionList(Schema):
    """The last to come into force first."""

    items = fields.List(fields.Nested(PolicyVersionView))


class TextSchema(Schema):
    """A policy file, byte for byte: what is put on record is what was sent."""

    text = fields.String(required=True, validate=[validate.Length(max=LONGEST), _require_writable])


class PutSchema(TextSchema):
    """The file, and from when on it counts."""

    effective_from = Instant(required=True)


class SimulateSchema(TextSchema):
    """The file, and which tickets are counted again: those dispatched from ``since`` (inclusive) to ``until``."""

    since = Instant(required=True)
    until = Instant(required=True)


class PolicyProblems(Schema):
    """Each fault with its key; none: the file is sound."""

    problems = fields.List(fields.String())


class _UnitLine(Schema):
    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)


# One unit; the last line, without a code, is all of them. The words of docs/policies.md.
SimulationLine = _UnitLine.from_dict({name: fields.Integer(required=True) for name in COUNTS}, name="SimulationLine")


class Simulation(Schema):
    """Counts by unit; ``over_cap``: tickets whose granted extensions the file would not allow; ``every``: of more than a call
    can count, one ticket of so many was taken.
    """

    version = fields.String(required=True)
    at = fields.String(required=True)
    tickets = fields.Integer(required=True)
    every = fields.Integer(required=True)
    over_cap = fields.Integer(required=True)
    lines = fields.List(fields.Nested(SimulationLine))


@blueprint.route("")
@requires("policy.view")
@blueprint.response(200, PolicyVersionList)
def index() -> Response:
    """各版政策，后生效的在前."""
    with transaction() as session:
        rows = [_view(row, state) for row, state in queries.listed(session, now())]
    return answer_json({"items": rows})


@blueprint.route("", methods=["POST"])
@requires("policy.edit")
@blueprint.arguments(PutSchema)
@blueprint.response(201, WholePolicyVersion)
def put(data: dict[str, Any]) -> Response:
    """发布政策，从指定时间起生效；已派出的单位不受影响."""
    at, actor = now(), current_person().actor
    with transaction() as session:
        row = services.put(session, data["text"], effective_from=data["effective_from"], actor=actor, at=at)
        body = _whole(row, queries.state_of(row, queries.in_force(session, at), at))
    return answer_json(body, status=201, headers={"Location": f"/api/v1/policies/{body['number']}"})


@blueprint.route("/<int:number>")
@requires("policy.view")
@blueprint.response(200, WholePolicyVersion)
def show(number: int) -> Response:
    """一版政策，含文件全文."""
    at = now()
    with transaction() as session:
        row = queries.version(session, number)
        return answer_json(_whole(row, queries.state_of(row, queries.in_force(session, at), at)))


@blueprint.route("/<int:number>/withdraw", methods=["POST"])
@requires("policy.edit")
@blueprint.response(200, WholePolicyVersion)
def withdraw(number: int) -> Response:
    """撤回尚未生效的政策."""
    at, actor = now(), current_person().actor
    with transaction() as session:
        queries.version(session, number)
        row = services.withdraw(session, number, actor=actor, at=at)
        return answer_json(_whole(row, queries.State.WITHDRAWN))


@blueprint.route("/check", methods=["POST"])
@requires("policy.view")
@blueprint.arguments(TextSchema)
@blueprint.response(200, PolicyProblems)
def check(data: dict[str, Any]) -> Response:
    """检查政策文件，逐项指出错误；不保存."""
    return answer_json({"problems": problems_of(data["text"])})


@blueprint.route("/simulate", methods=["POST"])
@requires("policy.edit")
@blueprint.arguments(SimulateSchema)
@blueprint.response(200, Simulation)
def simulate(data: dict[str, Any]) -> Response:
    """按这份政策重算一段时间派出的工单；不保存."""
    at, policy = now(), Policy.read(data["text"])
    with transaction() as session:
        city = reference(session, at)
        found = replay.simulate(session, policy, Span(data["since"], data["until"]), reference=city, at=at)
    body = {
        "version": policy.version,
        "at": _local(at),
        "tickets": found.tickets,
        "every": found.every,
        "over_cap": found.over_cap,
        "lines": [line.cells() for line in report.lines(found, city.by_id)],
    }
    return answer_json(body)


def _whole(row: PolicyVersion, state: queries.State) -> dict[str, Any]:
    return _view(row, state) | {"text": row.body}


def _view(row: PolicyVersion, state: queries.State) -> dict[str, Any]:
    return {
        "number": row.number,
        "version": row.version,
        "name": row.name,
        "state": state.value,
        "effective_from": None if row.effective_from == BEGINNING else _local(row.effective_from),
        "actor": row.actor,
        "at": _local(row.at),
        "withdrawn_at": _local(row.withdrawn_at) if row.withdrawn_at else None,
        "withdrawn_by": row.withdrawn_by,
    }


def _local(at: datetime) -> str:
    return at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")
