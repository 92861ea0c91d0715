"""Lists of tickets as several pages show them: rows of plain values, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import scope
from dispatch.console.timing import card_colour
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.person import Person
from dispatch.tickets import work_queries
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket of a list. ``colour``: the card it stands under, for open ones."""

    ticket_id: int
    ticket_no: str
    title: str
    kind: str
    category: str | None
    state: str
    unit_name: str
    received_at: datetime
    due_at: datetime | None
    is_open: bool
    colour: str | None
    is_imported: bool


def newest(
    session: Session, *, person: Person, before: int | None, limit: int, at: datetime
) -> tuple[list[TicketRow], int | None]:
    """The newest tickets that this person may see, and where the next page begins."""
    ids = unit_ids_in_scope(session, person, at=at)
    units = None if ids is None else sorted(ids)
    found = work_queries.newest(session, units, before=before, limit=limit + 1)
    return page_of_rows(session, found, limit, person=person, at=at)


class Titled(NamedTuple):
    """A ticket with its first title, as a list's query gives them."""

    Ticket: Ticket
    title: str | None


def page_of_rows(
    session: Session, found: Sequence[Any], limit: int, *, person: Person, at: datetime
) -> tuple[list[TicketRow], int | None]:
    """One page of rows of (ticket, title), newest first, and the id before which the next page begins."""
    city, shown = reference(session, at), found[:limit]
    titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in shown], person=person)
    rows = [_row(row.Ticket, title, city, at) for row, title in zip(shown, titles, strict=True)]
    return rows, rows[-1].ticket_id if len(found) > limit else None


def _row(ticket: Any, title: str | None, city: Reference, at: datetime) -> TicketRow:
    is_open = ticket.completed_at is None and ticket.closed_at is None
    return TicketRow(
        ticket_id=ticket.ticket_id,
        ticket_no=ticket.ticket_no,
        title=title or "",
        kind=ticket.kind,
        category=ticket.category,
        state=ticket.state,
        unit_name=city.by_id[ticket.unit_id].name if ticket.unit_id is not None else "",
        received_at=ticket.received_at,
        due_at=ticket.due_at,
        is_open=is_open,
        colour=card_colour(ticket.due_at, None, at) if is_open else None,
        is_imported=ticket.is_imported,
    )
