"""Whose ticket it is, as the pages ask: thin over the one rule of ``dispatch.access.scope``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.scope import unit_ids_in_scope
from dispatch.kernel.application import runtime
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person
from dispatch.tickets import finding
from dispatch.tickets.edge import acting_unit_id
from dispatch.tickets.models import Ticket
from dispatch.tickets.screening import screened


def own_unit_ids(session: Session, person: Person, *, at: datetime) -> list[int]:
    """The units whose list this person works; none for the hotline's own people."""
    return sorted(unit_ids_in_scope(session, person, at=at) or ())


def visible_ticket(session: Session, ticket_no: str, *, person: Person, at: datetime) -> Ticket:
    """The ticket of this number. Raises the same 404 for one that does not exist and one that is not theirs."""
    return finding.visible(session, ticket_no, person=person, at=at)


def acting_unit(session: Session, ticket: Ticket, *, person: Person, at: datetime) -> int | None:
    """The lead's unit where this person may act for it; None where the lead is somebody else's."""
    try:
        return acting_unit_id(session, ticket.ticket_id, person=person, at=at)
    except Forbidden:
        return None


def shown_words(session: Session, words: Iterable[tuple[int, str | None]], *, person: Person) -> list[str | None]:
    """Words as this person may read them: (ticket_id, words) in, words out in the same order.

    Whoever may look at identities reads what was said; everybody else reads it screened.
    """
    pairs = list(words)
    if person.may("identity.look"):
        return [body for _, body in pairs]
    known = known_reporters(session, sorted({ticket_id for ticket_id, _ in pairs}), vault=runtime().vault)
    return [screened(body, known[ticket_id]) for ticket_id, body in pairs]
