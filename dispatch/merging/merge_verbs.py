"""The verbs of 并单: the hotline's own people join what is one matter, and take apart what is not."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.kernel.http import Schema
from dispatch.merging import services
from dispatch.merging.checks import MERGEABLE
from dispatch.tickets import schemas
from dispatch.tickets.edge import Scene


class MergeSchema(Schema):
    """并单 with another ticket, by its number."""

    ticket_no = schemas.code(
        required=True, metadata={"label": "另一张工单的编号", "hint": "先受理的一张继续办理，后受理的一张并入其中。"}
    )


def _merge(scene: Scene, data: dict[str, Any]) -> object:
    return services.merge(
        scene.session, scene.ticket_id, ticket_no=data["ticket_no"], reference=scene.reference, **scene.stamp
    )


def _unmerge(scene: Scene, _data: dict[str, Any]) -> object:
    return services.unmerge(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp)


def _may_merge(here: Standing) -> bool:
    is_disputed = here.lead is not None and here.lead.state == "disputed"
    return here.is_hotline and here.ticket.state in MERGEABLE and not here.ticket.reached and not is_disputed


def _may_unmerge(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state == "merged" and not here.ticket.reached


VERBS = (
    Verb(
        "merge",
        "ticket.merge",
        "并单",
        "已并单：每位诉求人仍单独回访、单独通知。",
        _merge,
        MergeSchema,
        _may_merge,
        hint="同一事项有多人反映时使用；回访有结果后不能并单。",
        icon="union",
        locks_itself=True,
    ),
    Verb(
        "unmerge",
        "ticket.merge",
        "拆单",
        "已拆单，恢复并单前的状态和时限。",
        _unmerge,
        is_open=_may_unmerge,
        hint="不是同一事项时使用：两张工单恢复并单前的状态，时限不变。",
        icon="subtract",
        locks_itself=True,
    ),
)
