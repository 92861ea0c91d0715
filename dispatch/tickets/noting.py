"""Internal notes: read by the unit that wrote them (and those above it) and by the hotline, never by the citizen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Row, any_, literal, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, sides, texts
from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import NewEvent
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.side_models import TicketNote

TEXT = "note"

# Looked up by their key for each note that is shown: joined, all notes of a long ticket would be held against all of its words.
_WORDS = (
    select(TextEntry.body)
    .where(TextEntry.ticket_id == TicketNote.ticket_id, TextEntry.kind == TEXT, TextEntry.version == TicketNote.number)
    .scalar_subquery()
)


def note(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int | None,
    words: str,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """Write a note for one's own unit and the hotline; without a unit, for the hotline alone."""
    ticket = lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    written = texts.write(session, ticket_id, TEXT, words, at=at)
    session.add(TicketNote(ticket_id=ticket_id, number=written["version"], unit_id=unit_id, actor=actor, at=at))
    ticket.changed_at = at
    unit = reference.by_id[unit_id].code if unit_id is not None else None
    data = {"note": written["version"], "text": written}
    events.record(session, ticket, [NewEvent("ticket.noted", at, actor, unit, data)])
    return ticket


def notes_for(
    session: Session, ticket_id: int, unit_ids: frozenset[int] | None, *, newest: int | None = None
) -> Sequence[Row[TicketNote, str | None]]:
    """The notes that people of these units (None: of the hotline) may read, all or the ``newest`` so many, in order:
    rows of (note, words).
    """
    if sides.is_empty(session, TicketNote, ticket_id):
        return []
    query = (
        select(TicketNote, _WORDS)
        .where(TicketNote.ticket_id == ticket_id)
        .order_by(TicketNote.number.desc())
        .limit(newest)
    )
    if unit_ids is not None:
        # As one value: a list of its own length would be another statement, planned anew at each reading.
        query = query.where(TicketNote.unit_id == any_(literal(sorted(unit_ids), ARRAY(BigInteger))))
    return session.execute(query).all()[::-1]
