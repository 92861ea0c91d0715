"""Reads: the voices of a matter, how many people it concerns, and what a new caller may be repeating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from dispatch.access.vault_models import Voice
from dispatch.kernel import sides
from dispatch.merging.checks import MERGEABLE
from dispatch.merging.models import TicketMerge
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Repeat:
    """A ticket that a new caller may be repeating. ``is_own``: the same telephone; ``people``: how many spoke up about it."""

    ticket: Ticket
    is_own: bool
    people: int

    @property
    def can_join(self) -> bool:
        """Whether a new caller may be merged into it now, as far as its columns tell."""
        return self.ticket.state in MERGEABLE and not self.ticket.reached


_VOICES = select(Ticket).where(Ticket.merged_into_id == bindparam("of_ticket")).order_by(Ticket.ticket_id)


def voices(session: Session, ticket_id: int) -> Sequence[Ticket]:
    """The tickets merged into this one, oldest first."""
    if sides.is_empty(session, Ticket, ticket_id):
        return []
    return session.scalars(_VOICES, {"of_ticket": ticket_id}).all()


def people(session: Session, ticket_ids: Sequence[int]) -> dict[int, int]:
    """How many people spoke up about each of these matters, its voices included; the same telephone is one person."""
    matter = func.coalesce(Ticket.merged_into_id, Ticket.ticket_id).label("matter")
    who = func.coalesce(func.encode(Voice.phone_index, "hex"), func.cast(Ticket.ticket_id, Ticket.ticket_no.type))
    rows = session.execute(
        select(matter, func.count(who.distinct()))
        .select_from(Ticket)
        .outerjoin(Voice, Voice.ticket_id == Ticket.ticket_id)
        .where(or_(Ticket.ticket_id.in_(ticket_ids), Ticket.merged_into_id.in_(ticket_ids)))
        .group_by(matter)
    )
    found = {row[0]: row[1] for row in rows}
    return {ticket_id: found.get(ticket_id, 1) for ticket_id in ticket_ids}


def repeats(
    session: Session,
    *,
    phone_indexes: Sequence[bytes] = (),
    place_code: str | None = None,
    category: str | None = None,
    at: datetime,
    days: int,
    limit: int,
) -> list[Repeat]:
    """What a new caller may be repeating: tickets of the same telephone, or of the same place and category, that are open or were
    received in the last ``days``. Newest first, the caller's own before others; voices stand for their survivor.

    Says nothing about who the other callers are.
    """
    own = _matters(session, _of_phones(phone_indexes), at=at, days=days, limit=limit) if phone_indexes else []
    same: list[int] = []
    if place_code and category:
        matches = (Ticket.place_code == place_code) & (Ticket.category == category)
        same = _matters(session, matches, at=at, days=days, limit=limit)
    ids = list(dict.fromkeys([*own, *same]))[:limit]
    tickets = {ticket.ticket_id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.ticket_id.in_(ids)))}
    counts = people(session, ids)
    return [Repeat(tickets[found], found in own, counts[found]) for found in ids if found in tickets]


def _of_phones(phone_indexes: Sequence[bytes]) -> ColumnElement[bool]:
    return Ticket.ticket_id.in_(select(Voice.ticket_id).where(Voice.phone_index.in_(phone_indexes)))


def _matters(session: Session, matches: ColumnElement[bool], *, at: datetime, days: int, limit: int) -> list[int]:
    """Survivors of the tickets that match, newest first; open ones however old."""
    live = or_(
        Ticket.state.in_([*MERGEABLE, "suspended", "merged"]),
        Ticket.received_at >= at - timedelta(days=days),
    )
    rows = session.execute(
        select(Ticket.ticket_id, Ticket.merged_into_id)
        .where(matches, live, Ticket.is_imported.is_(False), Ticket.received_at <= at)
        .order_by(Ticket.ticket_id.desc())
        .limit(limit * 10)  # many of them may be voices of one matter
    )
    return list(dict.fromkeys(into_id or ticket_id for ticket_id, into_id in rows))[:limit]


def link_in_force(session: Session, ticket_id: int) -> TicketMerge:
    """The link of a voice to its survivor. A ticket with ``merged_into_id`` has exactly one."""
    return session.scalars(
        select(TicketMerge).where(TicketMerge.ticket_id == ticket_id, TicketMerge.ended_at.is_(None))
    ).one()


def brought_along(session: Session, survivor_id: int, via_id: int) -> Sequence[int]:
    """The voices that came to the survivor with ``via_id``, by id."""
    return session.scalars(
        select(TicketMerge.ticket_id)
        .where(TicketMerge.into_id == survivor_id, TicketMerge.via_id == via_id, TicketMerge.ended_at.is_(None))
        .order_by(TicketMerge.ticket_id)
    ).all()
