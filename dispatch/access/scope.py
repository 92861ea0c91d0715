"""Whose tickets a person may see: their unit's and those below it; the hotline's own people see all. Foreign means 404."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from dispatch.access.permissions import UNIT_ROLES
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person

BELOW = text(
    "WITH RECURSIVE below AS (SELECT CAST(:unit_id AS bigint) AS unit_id"
    " UNION SELECT v.unit_id FROM unit_version v JOIN below b ON v.parent_id = b.unit_id"
    " WHERE v.valid_from <= :at AND :at < v.valid_to) SELECT unit_id FROM below"
)
# The lead in force, the district's copy and whoever is charged are on the ticket; supports and other copies are assignments.
# Who leads a ticket reads its voices too. A unit whose assignment was withdrawn has no business with the reporter any more.
IN_SCOPE = text(
    "SELECT 1 FROM ticket t WHERE t.ticket_id = :ticket_id AND (t.unit_id = ANY(:units) OR t.district_id = ANY(:units)"
    " OR t.charged_unit_id = ANY(:units) OR EXISTS (SELECT 1 FROM assignment a WHERE a.ticket_id = t.ticket_id"
    " AND a.unit_id = ANY(:units) AND a.state <> 'withdrawn') OR EXISTS (SELECT 1 FROM ticket s"
    " WHERE s.ticket_id = t.merged_into_id AND (s.unit_id = ANY(:units) OR s.district_id = ANY(:units))))"
).bindparams(bindparam("units"))


def unit_ids_in_scope(session: Session, person: Person, *, at: datetime) -> frozenset[int] | None:
    """The person's unit and every unit below it at ``at``; None means every ticket there is."""
    if person.unit_id is None:
        return frozenset() if UNIT_ROLES & person.roles else None
    return frozenset(session.scalars(BELOW, {"unit_id": person.unit_id, "at": at}))


def require_ticket_in_scope(session: Session, person: Person, ticket_id: int, *, at: datetime) -> None:
    """Raises 404 ``ticket.unknown`` where the ticket is none of this person's: as if it did not exist."""
    units = unit_ids_in_scope(session, person, at=at)
    if units is not None and not session.scalar(IN_SCOPE, {"ticket_id": ticket_id, "units": sorted(units)}):
        raise NotFound("ticket.unknown", "没有这张工单，或您无权查看。")
