"""Attaching a caller's ticket to a known incident, and taking it off again."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.incidents import services
from dispatch.incidents.queries import open_incidents
from dispatch.kernel.http import Schema, fields, validate
from dispatch.tickets.edge import Scene


class AttachSchema(Schema):
    """The entry on the board."""

    incident_id = fields.Integer(
        required=True, validate=validate.Range(min=1), metadata={"label": "已知事件", "widget": "incident"}
    )


def _attach(scene: Scene, data: dict[str, Any]) -> object:
    return services.attach(scene.session, scene.ticket_id, incident_id=data["incident_id"], **scene.stamp)


def _detach(scene: Scene, _data: dict[str, Any]) -> object:
    return services.detach(scene.session, scene.ticket_id, **scene.stamp)


def _may_attach(here: Standing) -> bool:
    is_free = here.is_hotline and here.ticket.incident_id is None and here.ticket.state not in services.ENDED
    return is_free and bool(open_incidents(here.session))


def _may_detach(here: Standing) -> bool:
    return here.is_hotline and here.ticket.incident_id is not None


VERBS = (
    Verb(
        "attach-incident",
        "incident.attach",
        "挂到已知事件",
        "已挂到已知事件，有进展时自动告知诉求人。",
        _attach,
        AttachSchema,
        _may_attach,
        icon="pin-map",
    ),
    Verb(
        "detach-incident",
        "incident.attach",
        "取消挂接已知事件",
        "已取消挂接。",
        _detach,
        is_open=_may_detach,
        icon="pin",
    ),
)
