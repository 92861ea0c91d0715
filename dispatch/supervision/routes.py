"""``/metrics``: for Prometheus on this machine, or anywhere with a token of scope ``metrics``."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, request
from sqlalchemy.orm import Session

from dispatch.kernel.application import machine_now, now
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.metrics import CONTENT_TYPE, Reading, exposition, kernel_readings
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import public
from dispatch.learning.readings import readings as learning
from dispatch.notices.readings import readings as messages
from dispatch.supervision import queries

PERMISSION = "system.view"
LOOKS_OVER = timedelta(hours=1)

blueprint = Blueprint("supervision", __name__)


def readings(session: Session, at: datetime, machine_at: datetime) -> Iterator[Reading]:  # noqa: ARG001 - a source's shape
    """What presses, and looks at identities."""
    counts = queries.pressing(session, at=at)
    yield Reading(
        "hotline_awaiting_dispatch", "Tickets that wait for a person to choose the unit.", counts.awaiting_dispatch
    )
    yield Reading("hotline_unacknowledged", "Tickets that their unit has not acknowledged.", counts.unacknowledged)
    yield Reading("hotline_due_within_1h", "Open tickets whose unit's limit ends within the hour.", counts.due_soon)
    yield Reading("hotline_overdue", "Open tickets past their unit's limit.", counts.overdue)
    looks = queries.identity_looks(session, since=at - LOOKS_OVER, at=at)
    yield Reading("hotline_identity_looks_last_hour", "Looks at reporters' identities in the last hour.", looks)


def is_local() -> bool:
    """Asked from this machine itself, not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


@blueprint.get("/metrics")
@public("Prometheus on this machine needs no token; from elsewhere the view asks for the permission itself")
def metrics() -> Response:
    """Everything Prometheus should know."""
    if not is_local() and not current_person().may(PERMISSION):
        raise Forbidden
    page = exposition((kernel_readings, readings, messages, learning), at=now(), machine_at=machine_now())
    return Response(page, content_type=CONTENT_TYPE)


def install(app: Flask) -> None:
    """The route of the metrics."""
    app.register_blueprint(blueprint)
