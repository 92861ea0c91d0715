"""Verbs of the incident board: open an entry, attach a caller's ticket, tell all of them one text, close it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.incidents.models import Incident, IncidentProgress
from dispatch.incidents.queries import unknown_incident
from dispatch.kernel import events
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket

# Whoever these belong to waits for nothing any more.
ENDED = ("closed", "archived", "withdrawn", "invalid", "declined", "transferred")


def open_incident(
    session: Session,
    *,
    title: str,
    reference: Reference,
    actor: str,
    at: datetime,
    category: str | None = None,
    place_code: str | None = None,
    unit_code: str | None = None,
    expected_end_at: datetime | None = None,
) -> Incident:
    """Put a known incident on the board: what, where (a place or a unit's area), and when it should be over."""
    if not title.strip():
        raise DomainError("incident.title_missing", "请写明事件名称，例如“柳荫街道停水”。", field="title")
    if category and reference.taxonomy.get(category) is None:
        raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
    if place_code and place_code not in reference.known:
        raise DomainError("place.unknown", "没有这个地点，请重新选择。", field="place_code")
    if unit_code and unit_code not in reference.by_code:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    if expected_end_at is not None and expected_end_at <= at:
        raise DomainError("incident.end_past", "预计结束时间应晚于现在。", field="expected_end_at")
    made = Incident(
        title=title.strip(),
        category=category or None,
        place_code=place_code or None,
        unit_id=reference.by_code[unit_code].unit_id if unit_code else None,
        opened_at=at,
        opened_by=actor,
        expected_end_at=expected_end_at,
        progress_count=0,
        is_telling=False,
    )
    session.add(made)
    session.flush()
    return made


def attach(session: Session, ticket_id: int, *, incident_id: int, actor: str, at: datetime) -> Ticket:
    """The caller means this incident: from now on each of its progresses is told to them once."""
    ticket = lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    if ticket.state in ENDED:
        raise Conflict("incident.ticket_ended", "工单已经结束，不能再挂到已知事件。")
    if ticket.incident_id is not None:
        raise Conflict("incident.already_attached", "工单已挂到一条已知事件；要改挂，请先取消。")
    found = session.get(Incident, incident_id, with_for_update={"read": True}, populate_existing=True)
    if found is None:
        raise unknown_incident()
    if found.closed_at is not None:
        raise _closed()
    # What was said before, the operator has just said to the caller.
    ticket.incident_id, ticket.incident_told, ticket.changed_at = incident_id, found.progress_count, at
    data = {"incident": incident_id, "told": found.progress_count}
    events.record(session, ticket, [NewEvent("incident.attached", at, actor, None, data)])
    return ticket


def detach(session: Session, ticket_id: int, *, actor: str, at: datetime) -> Ticket:
    """Not this incident after all."""
    ticket = lock_ticket(session, ticket_id)
    if ticket.incident_id is None:
        raise Conflict("incident.not_attached", "工单没有挂到已知事件，可能已由他人取消。")
    data = {"incident": ticket.incident_id}
    ticket.incident_id, ticket.incident_told, ticket.changed_at = None, None, at
    events.record(session, ticket, [NewEvent("incident.detached", at, actor, None, data)])
    return ticket


def progress(
    session: Session, incident_id: int, *, text: str, actor: str, at: datetime, is_final: bool = False
) -> Incident:
    """One text for everybody attached. The tickets are told in batches, by ``telling.tell``."""
    if not text.strip():
        raise DomainError("incident.text_missing", "请填写要告知诉求人的进展。", field="text")
    found = session.scalars(
        select(Incident)
        .where(Incident.incident_id == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise unknown_incident()
    if found.closed_at is not None:
        raise _closed()
    found.progress_count += 1
    found.is_telling = True
    session.add(
        IncidentProgress(
            incident_id=incident_id,
            number=found.progress_count,
            body=text.strip(),
            at=at,
            actor=actor,
            is_final=is_final,
        )
    )
    return found


def close(session: Session, incident_id: int, *, text: str, actor: str, at: datetime) -> Incident:
    """It is over: a last text to everybody, and no further caller is attached."""
    found = progress(session, incident_id, text=text, actor=actor, at=at, is_final=True)
    found.closed_at, found.closed_by = at, actor
    return found


def _closed() -> Conflict:
    return Conflict("incident.closed", "这条已知事件已经结束，请另行登记。")
