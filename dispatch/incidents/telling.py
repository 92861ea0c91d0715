"""Telling a progress to every attached ticket, in small transactions: each ticket knows how many of them it was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.incidents.models import Incident, IncidentProgress
from dispatch.incidents.services import ENDED
from dispatch.kernel import events, texts
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket

ACTOR = "system:incidents"
TEXT = "incident_progress"


def tell(session: Session, at: datetime, *, limit: int) -> int:
    """Record ``incident.progressed`` on up to ``limit`` tickets that have not heard the newest; returns how many it told.

    Run twice or by several at once it tells nobody twice: each ticket is locked and looked at anew; one that a verb holds is left
    to the next run.
    """
    told = 0
    for incident_id in session.scalars(select(Incident.incident_id).where(Incident.is_telling)).all():
        told += _tell_one(session, incident_id, at, limit=limit - told)
        if told >= limit:
            break
    return told


def _tell_one(session: Session, incident_id: int, at: datetime, *, limit: int) -> int:
    count = session.scalar(select(Incident.progress_count).where(Incident.incident_id == incident_id)) or 0
    behind = [Ticket.incident_id == incident_id, Ticket.incident_told < count, Ticket.state.not_in(ENDED)]
    tickets = session.scalars(
        select(Ticket)
        .where(*behind)
        .order_by(Ticket.ticket_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    said = {
        one.number: one
        for one in session.scalars(select(IncidentProgress).where(IncidentProgress.incident_id == incident_id))
    }
    for ticket in tickets:
        for number in range((ticket.incident_told or 0) + 1, count + 1):
            _tell_ticket(session, ticket, said[number], at)
    if not tickets:
        _finish(session, incident_id)
    return len(tickets)


def _tell_ticket(session: Session, ticket: Ticket, said: IncidentProgress, at: datetime) -> None:
    words = texts.write(session, ticket.ticket_id, TEXT, said.body, at=at)
    ticket.incident_told, ticket.changed_at = said.number, at
    data = {"incident": said.incident_id, "progress": said.number, "final": said.is_final, "text": words}
    events.record(session, ticket, [NewEvent("incident.progressed", at, ACTOR, None, data)])


def _finish(session: Session, incident_id: int) -> None:
    """Nobody is behind any more, unless a verb holds a ticket that is, or a new progress came meanwhile."""
    found = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
    behind = select(Ticket.ticket_id).where(
        Ticket.incident_id == incident_id,
        Ticket.incident_told < found.progress_count,
        Ticket.state.not_in(ENDED),
    )
    found.is_telling = session.scalar(behind.limit(1)) is not None
