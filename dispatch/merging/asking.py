"""What to ask the repeats for, of a matter that is being taken in or that lies before a dispatcher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.merging import repeat_queries
from dispatch.merging.repeat_queries import Asked
from dispatch.routing.decision import Matter, decide
from dispatch.suggesting.judging import judge_of
from dispatch.tickets.models import Ticket


def asked_of(
    session: Session, matter: Matter, reference: Reference, *, at: datetime, phone_indexes: Sequence[bytes] = ()
) -> Asked:
    """Place and category as intake would find them in ``matter``. Raises as routing does for an unknown code."""
    decision = decide(matter, reference, at, judge=judge_of(session, reference))
    return Asked(matter.title, matter.text, decision.place_code, decision.category, phone_indexes)


def asked_of_ticket(session: Session, ticket: Ticket) -> Asked:
    """Of a ticket that is there already; itself and its voices are no repeats of it. Whether the same person called is not asked:
    a search by telephone is logged, and this page is opened for other ends.
    """
    said = repeat_queries.said(session, [ticket.ticket_id])[ticket.ticket_id]
    return Asked(said.title or "", said.text or "", ticket.place_code, ticket.category, ticket_id=ticket.ticket_id)
