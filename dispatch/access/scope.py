"""Whose tickets a person may see: their unit's and those below it; the hotline's own people see all. Foreign means 404."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.access.permissions import UNIT_ROLES
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person

# The lead in force, the district's copy and whoever is charged are on the ticket; supports and other copies are assignments.
# Who leads a ticket reads its voices too. A unit whose assignment was withdrawn has no business with the reporter any more.
# Our own words only: every value is bound.
OF_UNITS = (
    "(t.unit_id = ANY(:units) OR t.district_id = ANY(:units)"
    " OR t.charged_unit_id = ANY(:units) OR EXISTS (SELECT 1 FROM assignment a WHERE a.ticket_id = t.ticket_id"
    " AND a.unit_id = ANY(:units) AND a.state <> 'withdrawn') OR EXISTS (SELECT 1 FROM ticket s"
    " WHERE s.ticket_id = t.merged_into_id AND (s.unit_id = ANY(:units) OR s.district_id = ANY(:units))))"
)
BY_ID = text("SELECT t.ticket_id FROM ticket t WHERE t.ticket_id = :ticket_id AND " + OF_UNITS)  # noqa: S608  # nosec B608
SEEN = text("SELECT t.ticket_id FROM ticket t WHERE t.ticket_id = ANY(:ids) AND " + OF_UNITS)  # noqa: S608  # nosec B608
BY_NUMBER = text(
    "SELECT t.ticket_id FROM ticket_number n JOIN ticket t ON t.ticket_id = n.ticket_id"  # noqa: S608  # nosec B608
    " WHERE n.ticket_no = :ticket_no AND " + OF_UNITS
)
BY_NUMBER_ALONE = text("SELECT ticket_id FROM ticket_number WHERE ticket_no = :ticket_no")


def unit_ids_in_scope(session: Session, person: Person, *, at: datetime) -> frozenset[int] | None:
    """The person's unit and every unit below it at ``at``; None means every ticket there is."""
    if person.unit_id is None:
        return frozenset() if UNIT_ROLES & person.roles else None
    return reference(session, at).below(person.unit_id)


def require_ticket_in_scope(session: Session, person: Person, ticket_id: int, *, at: datetime) -> None:
    """Raises 404 ``ticket.unknown`` where the ticket is none of this person's: as if it did not exist."""
    units = unit_ids_in_scope(session, person, at=at)
    if units is not None and not session.scalar(BY_ID, {"ticket_id": ticket_id, "units": sorted(units)}):
        raise unknown_ticket()


def tickets_in_scope(session: Session, person: Person, ticket_ids: Iterable[int], *, at: datetime) -> frozenset[int]:
    """Those of these tickets that this person may see."""
    wanted = frozenset(ticket_ids)
    units = unit_ids_in_scope(session, person, at=at)
    if units is None or not wanted:
        return wanted
    return frozenset(session.scalars(SEEN, {"ids": sorted(wanted), "units": sorted(units)}))


def ticket_id_in_scope(session: Session, person: Person, ticket_no: str, *, at: datetime) -> int:
    """The ticket's id. Raises one and the same 404 for what does not exist and for what is not this person's."""
    units = unit_ids_in_scope(session, person, at=at)
    if units is None:
        found = session.scalar(BY_NUMBER_ALONE, {"ticket_no": ticket_no})
    else:
        found = session.scalar(BY_NUMBER, {"ticket_no": ticket_no, "units": sorted(units)})
    if found is None:
        raise unknown_ticket()
    return int(found)


def unknown_ticket() -> NotFound:
    """The one answer for what does not exist and for what is not yours."""
    return NotFound("ticket.unknown", "没有这张工单，或您无权查看。")
