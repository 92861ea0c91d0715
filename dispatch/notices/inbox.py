"""提醒: the inbox of a unit. What was read is out of it; the events stay on the tickets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.person import Person
from dispatch.notices.models import Notice
from dispatch.tickets.models import Ticket


class Reader(NamedTuple):
    """Whose inbox it is, and which of its lines are this person's business."""

    unit_id: int
    roles: Collection[str]


def reader_of(person: Person, reference: Reference) -> Reader | None:
    """Everybody reads the inbox of their own unit, the hotline's people the city's; None: there is no city yet."""
    if person.unit_id is not None:
        return Reader(person.unit_id, person.roles)
    city = next((unit for unit in reference.by_code.values() if unit.kind == "city"), None)
    return Reader(city.unit_id, person.roles) if city else None


def unread(session: Session, reader: Reader, *, limit: int) -> Sequence[Row[Notice, Ticket]]:
    """The newest lines that nobody has read: rows of (notice, ticket)."""
    query = select(Notice, Ticket).join(Ticket, Ticket.ticket_id == Notice.ticket_id).where(*_unread(reader))
    return session.execute(query.order_by(Notice.notice_id.desc()).limit(limit)).all()


def mark_read(session: Session, reader: Reader, notice_ids: Sequence[int], *, at: datetime) -> int:
    """These lines are read by now; those of others, and what was read before, stay. Returns how many changed."""
    query = update(Notice).where(Notice.notice_id.in_(notice_ids), *_unread(reader)).values(read_at=at)
    return len(session.execute(query.returning(Notice.notice_id)).all())


def _unread(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    mine = or_(Notice.for_role.is_(None), Notice.for_role.in_(sorted(reader.roles)))
    return Notice.unit_id == reader.unit_id, Notice.read_at.is_(None), mine
