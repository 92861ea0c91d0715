"""Reads of shared work: what a unit helps with, and how it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.hops.line import BACK, HANDED, Hop, Kind, Span, beside, in_line, spans
from dispatch.hops.parts import HANDLER, OPEN, SUPPORT
from dispatch.kernel import sides
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.clock_models import Pause
from dispatch.tickets.models import Assignment, Dispute, Ticket
from dispatch.tickets.queries import assignments

ROLES = (SUPPORT, HANDLER)


@dataclass(frozen=True, slots=True)
class HelpCounts:
    """How a unit helped others: parts asked of it, reported, and late (reported or still open after their due instant)."""

    unit_id: int
    role: str
    asked: int
    reported: int
    late: int


def helping(
    session: Session, unit_ids: Sequence[int], *, limit: int = 50
) -> Sequence[Row[Assignment, Ticket, str | None]]:
    """The open supports and handlers of these units by due instant: rows of (assignment, ticket, title)."""
    first = and_(TextEntry.ticket_id == Assignment.ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
    query = (
        select(Assignment, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .outerjoin(TextEntry, first)
        .where(Assignment.role.in_(ROLES), Assignment.state.in_(OPEN), Assignment.unit_id.in_(unit_ids))
        .order_by(Assignment.due_at, Assignment.ticket_id, Assignment.number)
        .limit(limit)
    )
    return session.execute(query).all()


def help_counts(session: Session, unit_ids: Sequence[int], *, since: datetime, at: datetime) -> list[HelpCounts]:
    """Supports and handlers asked of these units in [since, at], per unit and role, as of ``at``; those released in time aside."""
    done = func.coalesce(Assignment.completed_at, at)
    rows = session.execute(
        select(
            Assignment.unit_id,
            Assignment.role,
            func.count(),
            func.count(Assignment.completed_at),
            func.count().filter(done > Assignment.due_at),
        )
        .where(
            Assignment.role.in_(ROLES),
            Assignment.unit_id.in_(unit_ids),
            Assignment.sent_at.between(since, at),
            or_(Assignment.withdrawn_at.is_(None), Assignment.withdrawn_at > Assignment.due_at),
        )
        .group_by(Assignment.unit_id, Assignment.role)
        .order_by(Assignment.unit_id, Assignment.role)
    )
    return [HelpCounts(*row) for row in rows]


def support_facts(as_of: datetime) -> Select[int, int, datetime, datetime | None, datetime | None, bool]:
    """One row per support asked for by ``as_of``: ticket_id, unit_id, asked_at, due_at, reported_at, is_late.

    ``is_late``: reported, released or still open after its due instant, as ``as_of`` knew.
    """
    reported_at = case((Assignment.completed_at <= as_of, Assignment.completed_at))
    ended = func.coalesce(Assignment.completed_at, Assignment.withdrawn_at, as_of)
    return select(
        Assignment.ticket_id,
        Assignment.unit_id,
        Assignment.sent_at.label("asked_at"),
        Assignment.due_at,
        reported_at.label("reported_at"),
        (func.least(ended, as_of) > Assignment.due_at).label("is_late"),
    ).where(Assignment.role == SUPPORT, Assignment.sent_at <= as_of)


def hops(session: Session, ticket_id: int, *, at: datetime, reference: Reference) -> list[Hop]:
    """The line of responsibility from receipt to the end (or ``at``), in order; after it whoever helped or ruled beside it."""
    disputes = session.scalars(select(Dispute).where(Dispute.ticket_id == ticket_id).order_by(Dispute.number)).all()
    ticket, parts = session.get_one(Ticket, ticket_id), assignments(session, ticket_id)
    return hops_of(session, ticket, parts, disputes, at=at, reference=reference)


def hops_of(
    session: Session,
    ticket: Ticket,
    assigned: Sequence[Assignment],
    disputes: Sequence[Dispute],
    *,
    at: datetime,
    reference: Reference,
) -> list[Hop]:
    """The same where all parts and disputes of the ticket are read already."""
    ticket_id, parts = ticket.ticket_id, {part.number: part for part in assigned}
    handed = select(Event).where(Event.ticket_id == ticket_id, Event.type.in_([*HANDED, BACK]), Event.at <= at)
    paused = select(Pause).where(Pause.ticket_id == ticket_id).order_by(Pause.begins_at)
    pauses = [] if sides.is_empty(session, Pause, ticket_id) else session.scalars(paused).all()
    line = _of_history(ticket) if ticket.is_imported else spans(session.scalars(handed.order_by(Event.number)).all())
    return [
        *in_line(line, parts, pauses, at=at, reference=reference),
        *beside(parts.values(), disputes, at=at, reference=reference),
    ]


def _of_history(ticket: Ticket) -> list[Span]:
    """What an imported row tells: how long until dispatch and, where it says when it was done, until then."""
    done = ticket.completed_at or ticket.followed_up_at
    line = [Span(ticket.received_at, Kind.HOTLINE)]
    if ticket.dispatched_at is None or done is None:
        return [*line, Span(ticket.dispatched_at or ticket.received_at, Kind.OVER)]
    ended = max(done, ticket.followed_up_at or done)
    return [*line, Span(ticket.dispatched_at, Kind.LEAD), Span(done, Kind.FOLLOW_UP), Span(ended, Kind.OVER)]
