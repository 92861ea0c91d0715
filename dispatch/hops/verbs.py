"""The verbs of supports and of second-level dispatch."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.hops import services
from dispatch.hops.acting import asked_part_number, own_part_number, passed_part_number, passing_unit_id, require_asker
from dispatch.hops.parts import HANDLER, OPEN, SUPPORT
from dispatch.kernel.http import Schema, Words
from dispatch.tickets import schemas
from dispatch.tickets.edge import Scene

LIMIT = {"label": "时限", "widget": "limit", "hint": "不填按规则计算。"}
WHICH = {"label": "单位", "widget": "unit", "hint": "只有一个单位承接时不用填。"}


class AskSchema(Schema):
    """Who is asked to help, with what, and for how long."""

    unit_code = schemas.code(required=True, metadata={"label": "协办单位", "widget": "unit"})
    task = Words(required=True, metadata={"label": "协办事项", "widget": "textarea"})
    limit = schemas.code(load_default=None, allow_none=True, metadata=LIMIT)


class PassSchema(Schema):
    """Which own sub-unit is to deal with it, with what, and until when."""

    unit_code = schemas.code(required=True, metadata={"label": "下级单位", "widget": "unit"})
    task = Words(required=True, metadata={"label": "办理要求", "widget": "textarea"})
    limit = schemas.code(load_default=None, allow_none=True, metadata=LIMIT)


class WhichSchema(Schema):
    """For which unit, where the person's scope has several."""

    unit_code = schemas.code(load_default=None, allow_none=True, metadata=WHICH)


class ReportSchema(WhichSchema):
    """What was done, for whoever asked."""

    words = Words(required=True, metadata={"label": "办理情况", "widget": "textarea"})


class LetGoSchema(WhichSchema):
    """Why it is needed no longer."""

    reason = Words(required=True, metadata={"label": "收回原因", "widget": "textarea"})


def _ask(scene: Scene, data: dict[str, Any]) -> object:
    require_asker(scene)
    return services.ask_support(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _pass_on(scene: Scene, data: dict[str, Any]) -> object:
    unit_id = passing_unit_id(scene)
    return services.pass_on(
        scene.session, scene.ticket_id, unit_id=unit_id, reference=scene.reference, **scene.stamp, **data
    )


def _acknowledge(role: str) -> Any:
    def run(scene: Scene, data: dict[str, Any]) -> object:
        number = own_part_number(scene, role, data["unit_code"])
        return services.acknowledge(scene.session, scene.ticket_id, number, **scene.stamp)

    return run


def _report(role: str) -> Any:
    def run(scene: Scene, data: dict[str, Any]) -> object:
        number = own_part_number(scene, role, data["unit_code"])
        return services.report(scene.session, scene.ticket_id, number, words=data["words"], **scene.stamp)

    return run


def _release(scene: Scene, data: dict[str, Any]) -> object:
    number = asked_part_number(scene, data["unit_code"])
    return services.let_go(scene.session, scene.ticket_id, number, reason=data["reason"], **scene.stamp)


def _recall(scene: Scene, data: dict[str, Any]) -> object:
    number = passed_part_number(scene, data["unit_code"])
    return services.let_go(scene.session, scene.ticket_id, number, reason=data["reason"], **scene.stamp)


def _may_ask(here: Standing) -> bool:
    return (here.leads or here.is_hotline) and here.lead is not None and here.lead.state in OPEN


def _may_pass_on(here: Standing) -> bool:
    held = [here.lead] if here.leads else []
    held += here.own_parts(HANDLER)
    has_below = any(here.reference.children.get(part.unit_id) for part in held if part and part.state == "acknowledged")
    return has_below and here.lead is not None and here.lead.state in OPEN


def _has_own(role: str, state: str) -> Any:
    return lambda here: any(part.state == state for part in here.own_parts(role))


def _may_release(here: Standing) -> bool:
    return (here.leads or here.is_hotline) and any(part.role == SUPPORT and part.state in OPEN for part in here.parts)


def _may_recall(here: Standing) -> bool:
    holders = {part.number: part.unit_id for part in here.parts}
    open_ = [part for part in here.parts if part.role == HANDLER and part.state in OPEN]
    return any(holders[part.parent_number] in (here.units or ()) for part in open_ if part.parent_number)


VERBS: tuple[Verb, ...] = (
    Verb(
        "ask-support",
        "support.ask",
        "请求协办",
        "已请求协办。",
        _ask,
        AskSchema,
        _may_ask,
        hint="协办单位有自己的时限，向主办单位反馈；主办单位的责任和时限不变。",
        icon="people",
    ),
    Verb(
        "support-acknowledge",
        "support.report",
        "签收协办",
        "已签收协办。",
        _acknowledge(SUPPORT),
        WhichSchema,
        _has_own(SUPPORT, "sent"),
        icon="check2",
    ),
    Verb(
        "support-report",
        "support.report",
        "反馈协办情况",
        "已向主办单位反馈。",
        _report(SUPPORT),
        ReportSchema,
        _has_own(SUPPORT, "acknowledged"),
        icon="reply",
    ),
    Verb(
        "support-release",
        "support.ask",
        "取消协办",
        "已取消协办。",
        _release,
        LetGoSchema,
        _may_release,
        icon="person-dash",
    ),
    Verb(
        "pass-on",
        "hop.pass",
        "派给下级单位",
        "已派给下级单位。",
        _pass_on,
        PassSchema,
        _may_pass_on,
        hint="下级单位向本单位反馈，不直接答复诉求人；责任仍在本单位，下级的时限不晚于本单位的时限。",
        icon="diagram-2",
    ),
    Verb(
        "handler-acknowledge",
        "hop.report",
        "签收下派",
        "已签收。",
        _acknowledge(HANDLER),
        WhichSchema,
        _has_own(HANDLER, "sent"),
        icon="check2",
    ),
    Verb(
        "handler-report",
        "hop.report",
        "向上级反馈",
        "已向上级单位反馈。",
        _report(HANDLER),
        ReportSchema,
        _has_own(HANDLER, "acknowledged"),
        icon="reply",
    ),
    Verb(
        "handler-recall",
        "hop.pass",
        "收回下派",
        "已收回。",
        _recall,
        LetGoSchema,
        _may_recall,
        icon="arrow-counterclockwise",
    ),
)
