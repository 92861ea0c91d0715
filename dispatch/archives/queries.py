"""Reads of archives, one name per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.archives.models import TicketArchive
from dispatch.kernel.errors import NotFound
from dispatch.tickets.models import Ticket


def of_ticket(session: Session, ticket_id: int) -> TicketArchive:
    """The archive of a ticket. Raises 404 ``archive.none``."""
    found = session.get(TicketArchive, ticket_id)
    if found is None:
        raise NotFound("archive.none", "工单还没有归档。")
    return found


def content_of(archive: TicketArchive, form: str) -> bytes:
    """The ``json`` document or the ``html`` page. Raises 404 ``archive.erased`` where it was erased."""
    found = archive.page if form == "html" else archive.document
    if found is None:
        raise NotFound("archive.erased", "电子档案已依法删除，只保留摘要。")
    return bytes(found)


def due(session: Session, *, closed_before: datetime, limit: int) -> Sequence[int]:
    """Closed tickets to be archived, longest closed first."""
    return session.scalars(
        select(Ticket.ticket_id)
        .where(Ticket.state == "closed", ~Ticket.is_imported, Ticket.closed_at < closed_before)
        .order_by(Ticket.closed_at, Ticket.ticket_id)
        .limit(limit)
    ).all()


def closed_before(session: Session, instant: datetime) -> Sequence[str]:
    """The numbers of every ticket of ours closed before ``instant``, archived or not yet."""
    return session.scalars(
        select(Ticket.ticket_no)
        .where(Ticket.state.in_(("closed", "archived")), Ticket.is_imported.is_(False), Ticket.closed_at < instant)
        .order_by(Ticket.ticket_id)
    ).all()
