"""The verbs of erasing: asking stands on the ticket's page; deciding has a page of its own, where no ticket is read."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.erasure import queries, services
from dispatch.erasure.states import ERASURE_GROUND_WORDS, OVER, ErasureGround
from dispatch.kernel.application import runtime
from dispatch.kernel.http import Schema, Words, fields
from dispatch.tickets.edge import Scene
from dispatch.tickets.schemas import one_of


class AskErasureSchema(Schema):
    """申请删除个人信息."""

    ground = one_of(tuple(ErasureGround), required=True, metadata={"label": "法定情形", "words": ERASURE_GROUND_WORDS})
    reason = Words(
        required=True,
        longest=500,
        metadata={
            "label": "申请删除的缘由",
            "widget": "textarea",
            "hint": "缘由会长期保存，请不要写姓名、电话等个人信息。",
        },
    )


class DecideErasureSchema(Schema):
    """审核删除申请."""

    is_granted = fields.Boolean(required=True, metadata={"label": "是否同意删除"})


def _ask(scene: Scene, data: dict[str, Any]) -> object:
    return services.ask(scene.session, scene.ticket_id, vault=runtime().vault, **scene.stamp, **data)


def _decide(scene: Scene, data: dict[str, Any]) -> object:
    return services.decide(scene.session, scene.ticket_id, **scene.stamp, **data)


def _may_ask(here: Standing) -> bool:
    ticket = here.ticket
    is_over = ticket.state in OVER and ticket.erased_at is None
    return here.is_hotline and is_over and queries.open_erasure(here.session, ticket.ticket_id) is None


VERBS = (
    Verb(
        "ask-erasure",
        "erasure.ask",
        "申请删除个人信息",
        "已提交删除申请，等待安全管理员审核。",
        _ask,
        AskErasureSchema,
        _may_ask,
        hint="经安全管理员同意后，文字、诉求人信息、材料和电子档案不可恢复地删除；办理过程和统计数据保留。",
        icon="eraser",
    ),
    Verb(
        "decide-erasure",
        "erasure.decide",
        "审核删除申请",
        "删除申请已审核。",
        _decide,
        DecideErasureSchema,
        has_own_form=True,
    ),
)
