"""The verbs of the main job, from signing for a ticket to its completion, and the dispatcher's and adjudicator's."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.disputes import ruling
from dispatch.hops import dispatching
from dispatch.kernel.http import Schema, Words
from dispatch.tickets import disputing, reassigning, schemas, services
from dispatch.tickets.edge import Scene

REASSIGNABLE = ("dispatched", "acknowledged")


class ReassignSchema(Schema):
    """转派: the hotline corrects its own dispatch."""

    unit_code = schemas.code(required=True, metadata={"label": "改派单位", "widget": "unit"})
    reason = Words(required=True, metadata={"label": "改派原因", "widget": "textarea"})


def _acknowledge(scene: Scene, _data: dict[str, Any]) -> object:
    return services.acknowledge(scene.session, scene.ticket_id, **scene.as_unit)


def _first_contact(scene: Scene, _data: dict[str, Any]) -> object:
    return services.first_contact(scene.session, scene.ticket_id, **scene.as_unit)


def _complete(scene: Scene, data: dict[str, Any]) -> object:
    return services.complete(scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data)


def _dispute(scene: Scene, data: dict[str, Any]) -> object:
    return disputing.dispute(scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data)


def _rule(scene: Scene, data: dict[str, Any]) -> object:
    return ruling.rule(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _dispatch(scene: Scene, data: dict[str, Any]) -> object:
    return dispatching.dispatch_with_helpers(
        scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data
    )


def _reassign(scene: Scene, data: dict[str, Any]) -> object:
    may_overrule = scene.person.may("catalogue.overrule")
    return reassigning.reassign(
        scene.session, scene.ticket_id, may_overrule=may_overrule, reference=scene.reference, **scene.stamp, **data
    )


def _may_reassign(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state in REASSIGNABLE and here.lead is not None


VERBS = (
    Verb("acknowledge", "ticket.acknowledge", "签收", "已签收。", _acknowledge, has_own_form=True),
    Verb("first-contact", "ticket.contact", "登记先行联系", "已登记先行联系。", _first_contact, has_own_form=True),
    Verb("complete", "ticket.complete", "办结", "已办结。", _complete, schemas.CompleteSchema, has_own_form=True),
    Verb(
        "dispute", "ticket.dispute", "提出派单异议", "已提出异议。", _dispute, schemas.DisputeSchema, has_own_form=True
    ),
    Verb("rule", "ticket.rule", "裁定派单异议", "已裁定。", _rule, schemas.RulingSchema, has_own_form=True),
    Verb("dispatch", "ticket.dispatch", "人工派单", "已派单。", _dispatch, schemas.DispatchSchema, has_own_form=True),
    Verb(
        "reassign",
        "ticket.reassign",
        "转派",
        "已收回原派单并转派。",
        _reassign,
        ReassignSchema,
        _may_reassign,
        hint="热线派错单位时使用：收回原派单，新单位重新计时，对诉求人的承诺期限不变。",
        icon="arrow-left-right",
    ),
)
