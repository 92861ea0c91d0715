"""``/metrics``: for Prometheus on this machine, or anywhere with a token of scope ``metrics``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response
from sqlalchemy.orm import Session

from dispatch.kernel.application import machine_now, now
from dispatch.kernel.metrics import CONTENT_TYPE, Reading, exposition, kernel_readings, require_reader
from dispatch.kernel.route_rules import public
from dispatch.learning.readings import readings as learning
from dispatch.notices.readings import readings as messages
from dispatch.supervision import queries

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


@blueprint.get("/metrics")
@public("Prometheus on this machine needs no token; from elsewhere the view asks for the permission itself")
def metrics() -> Response:
    """Everything Prometheus should know."""
    require_reader()
    page = exposition((kernel_readings, readings, messages, learning), at=now(), machine_at=machine_now())
    return Response(page, content_type=CONTENT_TYPE)


def install(app: Flask) -> None:
    """The route of the metrics."""
    app.register_blueprint(blueprint)
