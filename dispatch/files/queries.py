"""Reads of files, one name per question."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.files import refusals
from dispatch.files.models import FileContent, TicketFile
from dispatch.files.states import Purpose
from dispatch.kernel import sides
from dispatch.tickets.models import Ticket


def of_ticket(session: Session, ticket_id: int, *, with_removed: bool = False) -> Sequence[TicketFile]:
    """The files of a ticket by number; the rows of removed ones too where asked for."""
    if sides.is_empty(session, TicketFile, ticket_id):
        return []
    query = select(TicketFile).where(TicketFile.ticket_id == ticket_id).order_by(TicketFile.number)
    return session.scalars(query if with_removed else query.where(TicketFile.removed_at.is_(None))).all()


def count(session: Session, ticket_id: int, purpose: str) -> int:
    """How many files of this purpose are kept on the ticket."""
    return int(
        session.scalar(
            select(func.count()).where(
                TicketFile.ticket_id == ticket_id, TicketFile.purpose == purpose, TicketFile.removed_at.is_(None)
            )
        )
        or 0
    )


def shown_to(ticket: Ticket, files: Sequence[TicketFile], *, is_unit: bool) -> list[TicketFile]:
    """Those of ``files`` that a unit or the hotline may see: what a reporter in confidence sent stays with the hotline."""
    return [file for file in files if is_open_to(ticket, file, is_unit=is_unit)]


def is_open_to(ticket: Ticket, file: TicketFile, *, is_unit: bool) -> bool:
    """Whether a unit (or else the hotline) may see ``file`` of a ticket that it sees."""
    return not (is_unit and ticket.is_confidential and file.purpose == Purpose.REPORTER)


def one(session: Session, ticket: Ticket, number: int, *, is_unit: bool) -> TicketFile:
    """A kept file. Raises 404 ``file.unknown`` for one that is not there, removed, or not to be seen."""
    found = session.get(TicketFile, (ticket.ticket_id, number))
    if found is None or found.removed_at is not None or not is_open_to(ticket, found, is_unit=is_unit):
        raise refusals.unknown()
    return found


def content_of(session: Session, file: TicketFile, part: str) -> bytes:
    """The bytes of ``whole`` or ``thumbnail``. Raises 404 ``file.unknown``."""
    body = session.scalar(
        select(FileContent.body).where(
            FileContent.ticket_id == file.ticket_id, FileContent.number == file.number, FileContent.part == part
        )
    )
    if body is None:
        raise refusals.unknown()
    return bytes(body)
