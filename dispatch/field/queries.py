"""Reads of the phone's page: a unit's open tasks with what is asked, and a person's own reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch.field.entries import REPORT
from dispatch.field.models import FieldEntry
from dispatch.files.models import TicketFile
from dispatch.files.states import Purpose
from dispatch.hops.parts import HANDLER, OPEN
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Assignment, Ticket

SPOKEN = ("title", "text", "address")


@dataclass(frozen=True, slots=True)
class Task:
    """A ticket passed to the unit, not reported yet. ``words``: title, text, address as last said; ``asked``: what to do.
    ``photos``: how many are kept, by purpose.
    """

    part: Assignment
    ticket: Ticket
    words: Mapping[str, str | None]
    asked: str | None
    photos: Mapping[str, int]


def tasks(session: Session, unit_id: int, *, limit: int) -> list[Task]:
    """The open parts of this unit as a handler, by due instant."""
    query = (
        select(Assignment, Ticket)
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .where(Assignment.role == HANDLER, Assignment.state.in_(OPEN), Assignment.unit_id == unit_id)
        .order_by(Assignment.due_at, Assignment.ticket_id, Assignment.number)
        .limit(limit)
    )
    rows = session.execute(query).all()
    ids = [row.Ticket.ticket_id for row in rows]
    if not ids:
        return []
    words, asked, photos = _words(session, ids), _asked(session, ids), _photos(session, ids)
    return [
        Task(
            part=row.Assignment,
            ticket=row.Ticket,
            words=words.get(row.Ticket.ticket_id, {}),
            asked=asked.get((row.Ticket.ticket_id, row.Assignment.number)),
            photos=photos.get(row.Ticket.ticket_id, {}),
        )
        for row in rows
    ]


def reports(session: Session, account_id: int, *, limit: int) -> Sequence[Row[Ticket, str | None]]:
    """The matters this person reported, the newest first: rows of (ticket, title)."""
    query = (
        select(Ticket, TextEntry.body.label("title"))
        .join(FieldEntry, FieldEntry.ticket_id == Ticket.ticket_id)
        .outerjoin(
            TextEntry,
            (TextEntry.ticket_id == Ticket.ticket_id) & (TextEntry.kind == "title") & (TextEntry.version == 1),
        )
        .where(FieldEntry.account_id == account_id, FieldEntry.kind == REPORT)
        .order_by(FieldEntry.ticket_id.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def _words(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    newest = (
        select(TextEntry.ticket_id, TextEntry.kind, TextEntry.body)
        .where(TextEntry.ticket_id.in_(ids), TextEntry.kind.in_(SPOKEN))
        .ext(distinct_on(TextEntry.ticket_id, TextEntry.kind))
        .order_by(TextEntry.ticket_id, TextEntry.kind, TextEntry.version.desc())
    )
    found: dict[int, dict[str, str | None]] = {}
    for row in session.execute(newest):
        found.setdefault(row.ticket_id, {})[row.kind] = row.body
    return found


def _asked(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], str | None]:
    """What each handler was asked to do, by ticket and number of its part."""
    told = session.execute(
        select(Event.ticket_id, Event.data).where(Event.ticket_id.in_(ids), Event.type == "hop.passed")
    ).all()
    written = session.execute(
        select(TextEntry.ticket_id, TextEntry.version, TextEntry.body).where(
            TextEntry.ticket_id.in_(ids), TextEntry.kind == "handler_task"
        )
    )
    bodies = {(row.ticket_id, row.version): row.body for row in written}
    return {
        (row.ticket_id, row.data["assignment"]): bodies.get((row.ticket_id, row.data["text"]["version"]))
        for row in told
    }


def _photos(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(TicketFile.ticket_id, TicketFile.purpose, func.count())
        .where(
            TicketFile.ticket_id.in_(ids),
            TicketFile.purpose.in_([Purpose.BEFORE, Purpose.AFTER]),
            TicketFile.removed_at.is_(None),
        )
        .group_by(TicketFile.ticket_id, TicketFile.purpose)
    )
    found: dict[int, dict[str, int]] = {}
    for ticket_id, purpose, count in rows:
        found.setdefault(ticket_id, {})[purpose] = count
    return found
