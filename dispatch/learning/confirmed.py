"""The office's own training set: tickets whose category a person has confirmed, with their words and nobody's identity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.learning.rows import Row
from dispatch.tickets.models import Dispute, Ticket
from dispatch.tickets.states import TicketState

SILENCE: Final = "silence"
AT_ONCE: Final = 5_000
WORDS: Final = ("title", "text")


class Confirmed(NamedTuple):
    """A ticket and its category, which a person chose, corrected, dispatched by, or which a ruling settled the unit under."""

    ticket_id: int
    category: str


def tickets(session: Session, since: datetime | None, until: datetime, *, limit: int) -> list[Confirmed]:
    """The newest ``limit`` tickets received in [since, until) whose category a person confirmed. Not imported or erased ones."""
    query = (
        select(Ticket.ticket_id, Ticket.category)
        .where(
            Ticket.category.is_not(None),
            Ticket.is_imported.is_(False),
            Ticket.erased_at.is_(None),
            Ticket.state != TicketState.INVALID,
            Ticket.received_at < until,
            or_(_was_chosen(), _was_seen_to(), _was_ruled()),
        )
        .order_by(Ticket.received_at.desc(), Ticket.ticket_id.desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(Ticket.received_at >= since)
    return [Confirmed(row.ticket_id, row.category) for row in session.execute(query)]


def training_rows(session: Session, since: datetime | None, until: datetime, *, limit: int) -> list[Row]:
    """Those tickets as rows of a training set, newest first; one whose words are gone is left out."""
    found = tickets(session, since, until, limit=limit)
    rows: list[Row] = []
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        words = _words(session, [one.ticket_id for one in some])
        rows += [Row(words[one.ticket_id], one.category) for one in some if words.get(one.ticket_id)]
    return rows


def _was_chosen() -> ColumnElement[bool]:
    """At intake, for itself: one that came back as a new ticket took its category along."""
    chosen = Ticket.routing["chosen"]["category"].as_string()
    return and_(chosen == Ticket.category, Ticket.previous_ticket_id.is_(None))


def _was_seen_to() -> ColumnElement[bool]:
    """Corrected afterwards, or sent on by a person who had the category before their eyes."""
    is_correction = and_(Event.type == "ticket.corrected", Event.data["field"].astext == "category")
    is_by_hand = and_(
        Event.type == "ticket.dispatched", Event.actor.startswith("account:"), ~Event.data.has_key("decision")
    )
    return exists().where(
        Event.ticket_id == Ticket.ticket_id,
        or_(Event.type == "ticket.category_corrected", is_correction, is_by_hand),
    )


def _was_ruled() -> ColumnElement[bool]:
    """A ruling settled the unit while the ticket had this category."""
    return exists().where(
        Dispute.ticket_id == Ticket.ticket_id,
        Dispute.ruled_at.is_not(None),
        Dispute.ruling != SILENCE,
        Dispute.category == Ticket.category,
    )


def _words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Title, newline, text of each ticket as they stand; nothing of a ticket whose text was erased."""
    newest = (
        select(TextEntry.ticket_id, TextEntry.kind, func.coalesce(TextEntry.body, "").label("body"))
        .where(TextEntry.ticket_id.in_(ids), TextEntry.kind.in_(WORDS))
        .ext(distinct_on(TextEntry.ticket_id, TextEntry.kind))
        .order_by(TextEntry.ticket_id, TextEntry.kind, TextEntry.version.desc())
    )
    parts: dict[int, dict[str, str]] = {}
    for row in session.execute(newest):
        parts.setdefault(row.ticket_id, {})[row.kind] = row.body
    return {
        ticket_id: "\n".join(part for part in (words.get("title"), words.get("text")) if part)
        for ticket_id, words in parts.items()
    }
