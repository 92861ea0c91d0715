"""The verbs that move time: extension and suspension, asked for by the lead, decided above it."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.kernel.http import Schema, Words, fields, validate
from dispatch.tickets import clock, extending, suspending
from dispatch.tickets.clock_models import Extension, Suspension
from dispatch.tickets.clock_states import S
from dispatch.tickets.edge import Scene
from dispatch.tickets.schemas import Flag
from dispatch.tickets.settling import in_state, open_request

LIMIT = validate.Regexp(r"[1-9]\d{0,3}(h|nd|wd|wh)")
OPEN_STATES = ("dispatched", "acknowledged")


class ExtensionSchema(Schema):
    """申请延期."""

    amount = Words(
        required=True,
        longest=8,
        validate=LIMIT,
        metadata={"label": "延长多久", "widget": "limit", "hint": "须与办理时限用同一种单位。"},
    )
    reason = Words(required=True, metadata={"label": "延期原因", "hint": "将告知诉求人。"})


class ExtensionDecisionSchema(Schema):
    """审批延期."""

    is_granted = Flag(required=True, metadata={"label": "审批结果"})
    reason = Words(required=True, metadata={"label": "审批意见"})


class SuspensionSchema(Schema):
    """申请挂账."""

    measures = Words(required=True, metadata={"label": "暂不能解决的原因和措施"})
    until = fields.Date(required=True, metadata={"label": "挂账至", "hint": "到期前须复核。"})


class SuspensionDecisionSchema(Schema):
    """审批挂账."""

    is_approved = Flag(required=True, metadata={"label": "审批结果"})
    reason = Words(required=True, metadata={"label": "审批意见"})


class SuspensionReviewSchema(Schema):
    """复核挂账."""

    until = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"label": "延至", "hint": "不填即结束挂账，恢复计时。"},
    )
    reason = Words(required=True, metadata={"label": "复核意见"})


def _ask_extension(scene: Scene, data: dict[str, Any]) -> object:
    return extending.ask_extension(scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data)


def _ask_suspension(scene: Scene, data: dict[str, Any]) -> object:
    return suspending.ask_suspension(scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data)


def _above(scene: Scene) -> dict[str, Any]:
    """Who decides, for which unit (None: the hotline)."""
    return {**scene.stamp, "unit_id": scene.person.unit_id, "reference": scene.reference}


def _decide_extension(scene: Scene, data: dict[str, Any]) -> object:
    return extending.decide_extension(scene.session, scene.ticket_id, **_above(scene), **data)


def _decide_suspension(scene: Scene, data: dict[str, Any]) -> object:
    return suspending.decide_suspension(scene.session, scene.ticket_id, **_above(scene), **data)


def _review_suspension(scene: Scene, data: dict[str, Any]) -> object:
    return suspending.review_suspension(scene.session, scene.ticket_id, **_above(scene), **data)


def _may_ask_extension(here: Standing) -> bool:
    if not here.leads or here.lead is None or here.ticket.state not in OPEN_STATES or here.lead.due_at is None:
        return False
    asked = open_request(here.session, here.ticket.ticket_id)
    return here.lead.state in extending.OPEN and here.at <= here.lead.due_at and asked is None


def _may_decide_extension(here: Standing) -> bool:
    return _is_above(here, open_request(here.session, here.ticket.ticket_id))


def _may_ask_suspension(here: Standing) -> bool:
    if not here.leads or here.lead is None or here.ticket.state != "acknowledged":
        return False
    asked = in_state(here.session, here.ticket.ticket_id, S.ASKED)
    return here.lead.state == "acknowledged" and asked is None and clock.running(here.session, here.ticket) is None


def _may_decide_suspension(here: Standing) -> bool:
    return _is_above(here, in_state(here.session, here.ticket.ticket_id, S.ASKED))


def _may_review(here: Standing) -> bool:
    return _is_above(here, in_state(here.session, here.ticket.ticket_id, S.RUNNING))


def _is_above(here: Standing, asked: Extension | Suspension | None) -> bool:
    return asked is not None and (here.is_hotline or here.person.unit_id != asked.unit_id)


VERBS = (
    Verb(
        "ask-extension",
        "ticket.extend",
        "申请延期",
        "已提交延期申请，批准前时限不变。",
        _ask_extension,
        ExtensionSchema,
        _may_ask_extension,
        hint="须在办理时限到期前提出；到期仍未批准的，视为不同意。",
        icon="calendar-plus",
    ),
    Verb(
        "decide-extension",
        "extension.decide",
        "审批延期",
        "延期申请已审批。",
        _decide_extension,
        ExtensionDecisionSchema,
        _may_decide_extension,
        icon="calendar-check",
    ),
    Verb(
        "ask-suspension",
        "ticket.extend",
        "申请挂账",
        "已提交挂账申请，批准前时限不变。",
        _ask_suspension,
        SuspensionSchema,
        _may_ask_suspension,
        hint="确实暂时无法解决的，写明措施和明确日期，由区级以上审批。",
        icon="pause-circle",
    ),
    Verb(
        "decide-suspension",
        "suspension.decide",
        "审批挂账",
        "挂账申请已审批。",
        _decide_suspension,
        SuspensionDecisionSchema,
        _may_decide_suspension,
        icon="pause-circle",
    ),
    Verb(
        "review-suspension",
        "suspension.decide",
        "复核挂账",
        "挂账已复核。",
        _review_suspension,
        SuspensionReviewSchema,
        _may_review,
        icon="arrow-clockwise",
    ),
)
