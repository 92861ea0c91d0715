"""Whose tickets a person sees: the hotline's people all, a unit's people those with a part of theirs or of a unit below."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.person import Person
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import lead_in_force, ticket_id_of, unknown_ticket


def unit_ids(person: Person, reference: Reference) -> frozenset[int] | None:
    """The person's unit and everything below it; None for the hotline's own people, who see all."""
    return None if person.unit_id is None else reference.below(person.unit_id)


def own_unit_ids(person: Person, reference: Reference) -> Sequence[int]:
    """The units whose list this person works; none for the hotline's own people."""
    return sorted(unit_ids(person, reference) or ())


def visible_ticket(session: Session, ticket_no: str, *, person: Person, reference: Reference) -> Ticket:
    """The ticket of this number. Raises the same 404 for one that does not exist and one that is not theirs."""
    ticket = session.get_one(Ticket, ticket_id_of(session, ticket_no))
    ids = unit_ids(person, reference)
    if ids is None or ticket.unit_id in ids or ticket.district_id in ids or _has_part(session, ticket, ids):
        return ticket
    raise unknown_ticket()


def _has_part(session: Session, ticket: Ticket, ids: frozenset[int]) -> bool:
    part = exists().where(Assignment.ticket_id == ticket.ticket_id, Assignment.unit_id.in_(ids))
    return bool(session.scalar(select(part)))


def acting_unit(session: Session, ticket: Ticket, *, person: Person, reference: Reference) -> int | None:
    """The lead's unit where this person may act for it; None where the lead is somebody else's."""
    ids = unit_ids(person, reference)
    lead = lead_in_force(session, ticket)
    return lead.unit_id if lead is not None and ids is not None and lead.unit_id in ids else None
