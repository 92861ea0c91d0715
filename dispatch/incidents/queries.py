"""Reads of the incident board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from dispatch.incidents.models import Incident, IncidentProgress
from dispatch.kernel.errors import NotFound
from dispatch.tickets.models import Ticket


def incident(session: Session, incident_id: int) -> Incident:
    """The entry. Raises 404 ``incident.unknown``."""
    found = session.get(Incident, incident_id)
    if found is None:
        raise unknown_incident()
    return found


def unknown_incident() -> NotFound:
    """No such entry on the board."""
    return NotFound("incident.unknown", "没有这条已知事件，请重新选择。")


def open_incidents(session: Session) -> Sequence[Incident]:
    """What operators may attach callers to, newest first."""
    return session.scalars(
        select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.incident_id.desc())
    ).all()


def board(session: Session, *, limit: int) -> Sequence[Incident]:
    """Open entries first, then the newest closed ones."""
    return session.scalars(
        select(Incident).order_by(Incident.closed_at.is_not(None), Incident.incident_id.desc()).limit(limit)
    ).all()


def callers(session: Session, incident_ids: Sequence[int]) -> dict[int, int]:
    """How many tickets are attached to each of these entries."""
    rows = session.execute(
        select(Ticket.incident_id, func.count())
        .where(Ticket.incident_id.in_(incident_ids))
        .group_by(Ticket.incident_id)
    )
    found = {row[0]: row[1] for row in rows}
    return {incident_id: found.get(incident_id, 0) for incident_id in incident_ids}


def callers_by_place(session: Session, incident_id: int) -> Sequence[Row[str | None, int, datetime]]:
    """Where they call from: rows of (place_code, count, the last one's instant), most calls first."""
    count = func.count()
    return session.execute(
        select(Ticket.place_code, count, func.max(Ticket.received_at))
        .where(Ticket.incident_id == incident_id)
        .group_by(Ticket.place_code)
        .order_by(count.desc(), Ticket.place_code)
    ).all()


def progresses(session: Session, incident_id: int) -> Sequence[IncidentProgress]:
    """What everybody attached was told, in order."""
    return session.scalars(
        select(IncidentProgress).where(IncidentProgress.incident_id == incident_id).order_by(IncidentProgress.number)
    ).all()
