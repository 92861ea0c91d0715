"""The verb of cards: a supervisor takes one back."""

from __future__ import annotations

from typing import Any

from dispatch.access.scope import unit_ids_in_scope
from dispatch.actions.verb import Standing, Verb
from dispatch.kernel import sides
from dispatch.kernel.http import Schema, Words
from dispatch.supervision import cards
from dispatch.tickets import schemas
from dispatch.tickets.edge import Scene
from dispatch.tickets.models import Card

COLOURS = {"yellow": "黄牌", "red": "红牌"}


class WithdrawCardSchema(Schema):
    """撤牌."""

    colour = schemas.one_of(tuple(COLOURS), required=True, metadata={"label": "牌别", "words": COLOURS})
    reason = Words(required=True, metadata={"label": "撤牌理由"})
    unit_code = schemas.code(
        allow_none=True,
        load_default=None,
        metadata={"label": "被亮牌单位", "widget": "unit", "hint": "不填即主办单位。"},
    )


def _withdraw(scene: Scene, data: dict[str, Any]) -> object:
    return cards.withdraw(
        scene.session,
        scene.ticket_id,
        units=unit_ids_in_scope(scene.session, scene.person, at=scene.at),
        own_unit_id=scene.person.unit_id,
        reference=scene.reference,
        **scene.stamp,
        **data,
    )


def _is_open(here: Standing) -> bool:
    if sides.is_empty(here.session, Card, here.ticket.ticket_id):
        return False
    return any(
        here.units is None or (one.unit_id in here.units and one.unit_id != here.person.unit_id)
        for one in cards.in_force(here.session, here.ticket.ticket_id)
    )


VERBS = (
    Verb(
        "withdraw-card",
        "card.withdraw",
        "撤牌",
        "已撤牌。",
        _withdraw,
        WithdrawCardSchema,
        _is_open,
        hint="亮牌有误时由督办人员撤销并写明理由；撤销后不再计入考核，记录保留。",
        icon="x-octagon",
    ),
)
