"""The verbs of supervision: urging, supervision orders, redo and reopening."""

from __future__ import annotations

from typing import Any

from dispatch.access.scope import unit_ids_in_scope
from dispatch.actions.verb import Standing, Verb
from dispatch.kernel.application import runtime
from dispatch.kernel.http import Schema, Words
from dispatch.supervision import orders, services
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.services import SUPERVISED, URGEABLE
from dispatch.supervision.states import ORDER_GROUND_WORDS, ORDER_WORDS, OrderGround, OrderState
from dispatch.tickets import redoing, schemas
from dispatch.tickets.edge import Scene
from dispatch.tickets.redoing import OVER

BY_PEOPLE = tuple(ground for ground in OrderGround if ground != OrderGround.THIRD_REDO)
DECISIONS = (OrderState.ACCEPTED, OrderState.RETURNED, OrderState.CANCELLED)
DECISION_WORDS = {state: ORDER_WORDS[state] for state in DECISIONS}


class UrgeSchema(Schema):
    """催办."""

    words = Words(load_default="", is_blank_allowed=True, metadata={"label": "催办意见"})


class OrderSchema(Schema):
    """签发督办单."""

    ground = schemas.one_of(BY_PEOPLE, required=True, metadata={"label": "督办事由", "words": ORDER_GROUND_WORDS})
    words = Words(required=True, metadata={"label": "督办要求"})


class OrderAnswerSchema(Schema):
    """答复督办单."""

    words = Words(required=True, metadata={"label": "督办答复"})


class OrderReviewSchema(Schema):
    """审核督办答复."""

    decision = schemas.one_of(DECISIONS, required=True, metadata={"label": "审核结果", "words": DECISION_WORDS})
    words = Words(load_default="", is_blank_allowed=True, metadata={"label": "审核意见", "hint": "退回或撤销时必填。"})


class RedoSchema(Schema):
    """退回重办."""

    reason = Words(required=True, metadata={"label": "重办原因"})
    unit_code = schemas.code(
        allow_none=True,
        load_default=None,
        metadata={"label": "重办单位", "widget": "unit", "hint": "不填即由原承办单位重办。"},
    )


class ReopenSchema(Schema):
    """重新受理."""

    reason = Words(required=True, metadata={"label": "重新反映的情况"})


def _units(scene: Scene) -> frozenset[int] | None:
    return unit_ids_in_scope(scene.session, scene.person, at=scene.at)


def _urge(scene: Scene, data: dict[str, Any]) -> object:
    return services.urge(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _issue(scene: Scene, data: dict[str, Any]) -> object:
    by: dict[str, Any] = {"units": _units(scene), "issuing_unit_id": scene.person.unit_id}
    return services.issue(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **by, **data)


def _answer(scene: Scene, data: dict[str, Any]) -> object:
    units = _units(scene)
    return services.answer(
        scene.session, scene.ticket_id, units=units, reference=scene.reference, **scene.stamp, **data
    )


def _review(scene: Scene, data: dict[str, Any]) -> object:
    units = _units(scene)
    return services.review(
        scene.session, scene.ticket_id, units=units, reference=scene.reference, **scene.stamp, **data
    )


def _redo(scene: Scene, data: dict[str, Any]) -> object:
    return redoing.redo(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _reopen(scene: Scene, data: dict[str, Any]) -> object:
    vault = runtime().vault
    return redoing.reopen(scene.session, scene.ticket_id, reference=scene.reference, vault=vault, **scene.stamp, **data)


def _open(here: Standing) -> SupervisionOrder | None:
    return orders.open_order(here.session, here.ticket.ticket_id)


def _may_urge(here: Standing) -> bool:
    return here.lead is not None and here.ticket.state in URGEABLE


def _may_issue(here: Standing) -> bool:
    is_inside = here.is_hotline or here.leads
    return is_inside and here.lead is not None and here.ticket.state in SUPERVISED and _open(here) is None


def _may_answer(here: Standing) -> bool:
    order = _open(here)
    return order is not None and order.state != OrderState.ANSWERED and order.unit_id in (here.units or ())


def _may_review(here: Standing) -> bool:
    order = _open(here)
    return order is not None and (here.units is None or order.issuing_unit_id in here.units)


def _may_redo(here: Standing) -> bool:
    return _may_reopen(here) and redoing.is_unhappy(here.session, here.ticket)


def _may_reopen(here: Standing) -> bool:
    return here.ticket.state in OVER and here.ticket.erased_at is None


VERBS = (
    Verb(
        "urge",
        "ticket.urge",
        "催办",
        "已催办。",
        _urge,
        UrgeSchema,
        _may_urge,
        hint="承办单位会收到提醒，催办次数记在工单上。",
        icon="bell",
    ),
    Verb(
        "order-issue",
        "order.issue",
        "签发督办单",
        "已签发督办单。",
        _issue,
        OrderSchema,
        _may_issue,
        hint="承办单位须在督办时限内书面答复，由您审核。",
        icon="file-earmark-ruled",
    ),
    Verb(
        "order-answer",
        "order.answer",
        "答复督办单",
        "已答复督办单。",
        _answer,
        OrderAnswerSchema,
        _may_answer,
        icon="reply",
    ),
    Verb(
        "order-review",
        "order.issue",
        "审核督办单",
        "已登记审核结果。",
        _review,
        OrderReviewSchema,
        _may_review,
        hint="答复后可通过或退回重报；签发有误或工单已转走的可撤销。",
        icon="clipboard2-check",
    ),
    Verb(
        "redo",
        "ticket.redo",
        "退回重办",
        "已退回重办。",
        _redo,
        RedoSchema,
        _may_redo,
        hint="回访反映未解决或不满意时使用：承办单位重新计时，不能再提异议；计入考核的仍是首次回访。",
        icon="arrow-repeat",
    ),
    Verb(
        "reopen",
        "ticket.reopen",
        "重新受理",
        "已重新受理。",
        _reopen,
        ReopenSchema,
        _may_reopen,
        hint="结案后期限内算作重办，逾期另立新单并与本单关联。",
        icon="folder-symlink",
    ),
)
