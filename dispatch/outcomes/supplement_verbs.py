"""The verbs around missing facts: asking the citizen, and writing down what they said."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.kernel.http import Schema, Words, fields
from dispatch.outcomes import queries as own_queries
from dispatch.outcomes import supplements
from dispatch.outcomes.states import FACTS, MEANS
from dispatch.tickets.edge import Scene
from dispatch.tickets.schemas import one_of


class SupplementAskSchema(Schema):
    """要求补充."""

    facts = fields.List(
        one_of(tuple(FACTS)), required=True, metadata={"label": "需要补充的情况", "words": FACTS, "widget": "checks"}
    )
    question = Words(
        required=True, metadata={"label": "请诉求人补充什么", "widget": "textarea", "hint": "将告知诉求人。"}
    )
    means = one_of(tuple(MEANS), required=True, metadata={"label": "补充方式", "words": MEANS})


class SupplementGiveSchema(Schema):
    """登记补充."""

    text = Words(required=True, metadata={"label": "补充的情况", "widget": "textarea"})


def _ask(scene: Scene, data: dict[str, Any]) -> object:
    unit_id = None if scene.person.unit_id is None else scene.as_unit["unit_id"]
    reference = scene.reference
    return supplements.ask(scene.session, scene.ticket_id, unit_id=unit_id, reference=reference, **scene.stamp, **data)


def _give(scene: Scene, data: dict[str, Any]) -> object:
    if scene.person.unit_id is not None:
        _ = scene.as_unit  # only the unit that has the lead writes down what it was told
    return supplements.give(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _may_ask(here: Standing) -> bool:
    is_theirs = here.is_hotline or here.leads
    return is_theirs and here.ticket.state in supplements.ASKABLE and not _is_open(here)


def _may_give(here: Standing) -> bool:
    return (here.is_hotline or here.leads) and _is_open(here)


def _is_open(here: Standing) -> bool:
    return own_queries.open_supplement(here.session, here.ticket.ticket_id) is not None


VERBS = (
    Verb(
        "ask-supplement",
        "supplement.ask",
        "请诉求人补充情况",
        "已登记，等待诉求人补充。",
        _ask,
        SupplementAskSchema,
        _may_ask,
        hint="等待期间计时暂停；到期未补充的，按现有情况继续办理。",
        icon="question-circle",
    ),
    Verb(
        "give-supplement",
        "supplement.give",
        "登记诉求人补充的情况",
        "已登记补充的情况。",
        _give,
        SupplementGiveSchema,
        _may_give,
        icon="plus-circle",
    ),
)
