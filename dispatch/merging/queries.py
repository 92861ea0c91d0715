"""Reads: the voices of a matter, how many people it concerns, and the links between them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from dispatch.access.vault_models import Voice
from dispatch.kernel import sides
from dispatch.merging.models import TicketMerge
from dispatch.tickets.models import Ticket

_VOICES = select(Ticket).where(Ticket.merged_into_id == bindparam("of_ticket")).order_by(Ticket.ticket_id)
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))  # one text however many: planned once
_MATTER = func.coalesce(Ticket.merged_into_id, Ticket.ticket_id).label("matter")
_WHO = func.coalesce(func.encode(Voice.phone_index, "hex"), func.cast(Ticket.ticket_id, Ticket.ticket_no.type))
_PEOPLE = (
    select(_MATTER, func.count(_WHO.distinct()))
    .select_from(Ticket)
    .outerjoin(Voice, Voice.ticket_id == Ticket.ticket_id)
    .where(or_(Ticket.ticket_id == _IDS, Ticket.merged_into_id == _IDS))
    .group_by(_MATTER)
)


def voices(session: Session, ticket_id: int) -> Sequence[Ticket]:
    """The tickets merged into this one, oldest first."""
    if sides.is_empty(session, Ticket, ticket_id):
        return []
    return session.scalars(_VOICES, {"of_ticket": ticket_id}).all()


def people(session: Session, ticket_ids: Sequence[int]) -> dict[int, int]:
    """How many people spoke up about each of these matters, its voices included; the same telephone is one person."""
    found = {row[0]: row[1] for row in session.execute(_PEOPLE, {"ids": list(ticket_ids)})}
    return {ticket_id: found.get(ticket_id, 1) for ticket_id in ticket_ids}


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
