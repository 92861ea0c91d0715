"""What stands beside a ticket on its page: notes, links, cited knowledge, a flagged completion, a proposed category, its
consultation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.scope import require_ticket_in_scope
from dispatch.actions.verb import Standing
from dispatch.console import scope
from dispatch.disputes.edge import ANSWERS, consultation_of
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person
from dispatch.knowledge.queries import Citation, citations
from dispatch.tickets import completing, linking, noting
from dispatch.tickets.linking import Linked
from dispatch.tickets.models import Dispute, Ticket


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note; no unit: the hotline's."""

    unit_name: str | None
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """For this person: their notes, links to tickets in their scope, and flags."""

    notes: list[ShownNote]
    has_older_notes: bool
    links: list[Linked]
    premature: list[completing.Premature]
    proposed_category: str | None
    has_consultation: bool
    citations: list[Citation]  # what the answer rests on, as it read then


def beside(session: Session, here: Standing, disputes: Sequence[Dispute], *, newest: int | None) -> Beside:
    """Read what stands beside the ticket for this person: of the notes, the ``newest`` so many or all."""
    ticket, person, city, at = here.ticket, here.person, here.reference, here.at
    rows = noting.notes_for(session, ticket.ticket_id, here.units, newest=newest + 1 if newest else None)
    has_older = newest is not None and len(rows) > newest
    rows = rows[1:] if has_older else rows
    shown = scope.shown_words(session, [(ticket.ticket_id, body) for _note, body in rows], person=person)
    notes = [
        ShownNote(city.by_id[note.unit_id].name if note.unit_id is not None else None, body, note.at)
        for (note, _raw), body in zip(rows, shown, strict=True)
    ]
    links = [one for one in linking.links(session, ticket.ticket_id) if _is_theirs(session, one, person, at)]
    return Beside(
        notes=notes,
        has_older_notes=has_older,
        links=links,
        premature=completing.reasons_of(ticket),
        proposed_category=ticket.proposed_category,
        citations=citations(session, ticket.ticket_id),
        has_consultation=any(dispute.consulted_at is not None for dispute in disputes)
        and person.may(ANSWERS)
        and _takes_part(session, ticket, person, at),
    )


def _is_theirs(session: Session, one: Linked, person: Person, at: datetime) -> bool:
    try:
        require_ticket_in_scope(session, person, one.ticket_id, at=at)
    except NotFound:
        return False
    return True


def _takes_part(session: Session, ticket: Ticket, person: Person, at: datetime) -> bool:
    try:
        consultation_of(session, ticket.ticket_no, person=person, at=at)
    except NotFound:
        return False
    return True
