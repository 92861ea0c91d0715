"""Reads and locks of tickets, one name per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.access.scope import unknown_ticket
from dispatch.kernel.events import Event
from dispatch.kernel.held import held
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Assignment, Dispute, Ticket, TicketNumber

OPEN_LEAD = ("sent", "acknowledged", "disputed")
LOCKED, PARTS = "locked tickets", "parts"  # notes of the running transaction

# Said once: what every verb asks is not built anew each time.
_ANEW = {"populate_existing": True}
_OPEN_DISPUTE = select(Dispute).where(Dispute.ticket_id == bindparam("of_ticket"), Dispute.ruled_at.is_(None))
_LOCK = select(Ticket).where(Ticket.ticket_id == bindparam("of_ticket")).with_for_update()
_ASSIGNMENTS = select(Assignment).where(Assignment.ticket_id == bindparam("of_ticket")).order_by(Assignment.number)


def lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """The ticket, locked until the edge's transaction ends. Every verb begins here; asking again costs nothing."""
    locked = held(session, LOCKED)
    if ticket_id not in locked:
        ticket = session.scalars(_LOCK, {"of_ticket": ticket_id}, execution_options=_ANEW).one_or_none()
        if ticket is None:
            raise unknown_ticket()
        locked[ticket_id] = ticket
    found: Ticket = locked[ticket_id]
    return found


def ticket_id_of(session: Session, ticket_no: str) -> int:
    """The id behind a public number."""
    found = session.scalar(select(TicketNumber.ticket_id).where(TicketNumber.ticket_no == ticket_no))
    if found is None:
        raise unknown_ticket()
    return found


def number_of(session: Session, ticket_id: int) -> str:
    """The public number of a ticket that there is."""
    return session.scalars(select(Ticket.ticket_no).where(Ticket.ticket_id == ticket_id)).one()


def lead_in_force(session: Session, ticket: Ticket) -> Assignment | None:
    """The assignment of the lead that was sent last, unless it was taken back: then nobody leads, though an earlier round was done."""
    return lead_of(parts_of(session, ticket.ticket_id))


def lead_of(parts: Sequence[Assignment]) -> Assignment | None:
    """The lead in force among all parts of a ticket in their order."""
    last = next((part for part in reversed(parts) if part.role == "lead"), None)
    return last if last is not None and last.state != "withdrawn" else None


def part_of(session: Session, ticket_id: int, number: int) -> Assignment:
    """One part of a locked ticket, which there is."""
    return next(part for part in parts_of(session, ticket_id) if part.number == number)


def open_dispute(session: Session, ticket_id: int) -> Dispute | None:
    """The dispute that waits for its ruling."""
    return session.scalars(_OPEN_DISPUTE, {"of_ticket": ticket_id}).first()


def worklist(
    session: Session, unit_ids: Sequence[int], *, after: tuple[datetime, int] | None = None, limit: int = 50
) -> Sequence[Row[Assignment, Ticket, str | None]]:
    """A unit's open leads by due instant: rows of (assignment, ticket, title); ``after`` is the last row's (due_at, ticket_id)."""
    query = (
        select(Assignment, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .outerjoin(TextEntry, _first_title(Assignment.ticket_id))
        .where(Assignment.role == "lead", Assignment.state.in_(OPEN_LEAD), Assignment.unit_id.in_(unit_ids))
        .order_by(Assignment.due_at, Assignment.ticket_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Assignment.due_at, Assignment.ticket_id) > tuple_(*after))
    return session.execute(query).all()


def copies(
    session: Session, unit_ids: Sequence[int], *, before: int | None = None, limit: int = 50
) -> Sequence[Row[Ticket, str | None]]:
    """The tickets copied to a district, newest first: rows of (ticket, title)."""
    query = (
        select(Ticket, TextEntry.body.label("title"))
        .join(Assignment, and_(Assignment.ticket_id == Ticket.ticket_id, Assignment.role == "copy"))
        .outerjoin(TextEntry, _first_title(Ticket.ticket_id))
        .where(Assignment.unit_id.in_(unit_ids))
        .order_by(Ticket.ticket_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Ticket.ticket_id < before)
    return session.execute(query).all()


def waiting(session: Session, *, limit: int = 50) -> Sequence[Row[Ticket, str | None]]:
    """What awaits a dispatcher: first those upheld by silence (they were dispatched before), then by time received."""
    query = (
        select(Ticket, TextEntry.body.label("title"))
        .outerjoin(TextEntry, _first_title(Ticket.ticket_id))
        .where(Ticket.state == "awaiting_dispatch")
        .order_by(Ticket.dispatched_at.is_(None), Ticket.received_at, Ticket.ticket_id)
        .limit(limit)
    )
    return session.execute(query).all()


def disputes_waiting(session: Session, *, limit: int = 50) -> Sequence[Row[Dispute, Ticket, str | None]]:
    """The adjudicator's queue by ruling limit: rows of (dispute, ticket, title)."""
    query = (
        select(Dispute, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Dispute.ticket_id)
        .outerjoin(TextEntry, _first_title(Ticket.ticket_id))
        .where(Dispute.ruled_at.is_(None))
        .order_by(Dispute.ruling_due_at, Dispute.ticket_id)
        .limit(limit)
    )
    return session.execute(query).all()


def newest(
    session: Session, *, before: int | None = None, limit: int = 50, district_id: int | None = None
) -> Sequence[Row[Ticket, str | None]]:
    """The newest tickets, of one district where given: rows of (ticket, title)."""
    query = (
        select(Ticket, TextEntry.body.label("title"))
        .outerjoin(TextEntry, _first_title(Ticket.ticket_id))
        .order_by(Ticket.ticket_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Ticket.ticket_id < before)
    if district_id is not None:
        query = query.where(or_(Ticket.district_id == district_id, Ticket.unit_id == district_id))
    return session.execute(query).all()


def assignments(session: Session, ticket_id: int) -> Sequence[Assignment]:
    """Every assignment of a ticket, in order."""
    return session.scalars(_ASSIGNMENTS, {"of_ticket": ticket_id}).all()


def parts_of(session: Session, ticket_id: int) -> Sequence[Assignment]:
    """The same, read once per transaction where the ticket is locked: whoever adds a part counts it on the ticket."""
    ticket = held(session, LOCKED).get(ticket_id)
    if ticket is None:
        return assignments(session, ticket_id)
    known = held(session, PARTS)
    parts: Sequence[Assignment] = known.get(ticket_id, ())
    if len(parts) != ticket.assignment_count:
        asked = {"of_ticket": ticket_id}
        parts = known[ticket_id] = session.scalars(_ASSIGNMENTS, asked, execution_options=_ANEW).all()
    return parts


def timeline(session: Session, ticket_id: int, *, newest: int | None = None) -> Sequence[Event]:
    """Every event of a ticket, or the ``newest`` so many, in order."""
    query = select(Event).where(Event.ticket_id == ticket_id).order_by(Event.number.desc()).limit(newest)
    return session.scalars(query).all()[::-1]


def _first_title(ticket_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return and_(TextEntry.ticket_id == ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
