"""先例 as pages show them: accepted entries of the catalogue, and earlier rulings on the like with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.console import scope
from dispatch.directory.snapshot import Reference
from dispatch.disputes import queries
from dispatch.kernel.person import Person
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An accepted entry: where it holds (None: everywhere), and who has to do it."""

    area: str | None
    unit_name: str


@dataclass(frozen=True, slots=True)
class ShownPrecedent:
    """An earlier ruling, its reason screened."""

    ticket_no: str
    ruling: str
    from_name: str
    to_name: str | None
    reason: str | None
    ruled_at: datetime
    nearness: int


def precedents_of(session: Session, ticket: Ticket, city: Reference, *, person: Person) -> dict[str, Any]:
    """``entries`` and ``precedents`` for a template."""
    found = queries.precedents(session, ticket.category, ticket.place_code, reference=city)
    reasons = scope.shown_words(session, [(one.ticket_id, one.reason) for one in found], person=person)
    names = {unit_id: unit.name for unit_id, unit in city.by_id.items()}
    precedents = [
        ShownPrecedent(
            ticket_no=one.ticket_no,
            ruling=one.ruling,
            from_name=names[one.unit_id],
            to_name=names[one.ruled_unit_id] if one.ruled_unit_id is not None else None,
            reason=reason,
            ruled_at=one.ruled_at,
            nearness=one.nearness,
        )
        for one, reason in zip(found, reasons, strict=True)
    ]
    entries = [
        ShownEntry(city.known[one.place_code].name if one.place_code else None, names[one.unit_id])
        for one in queries.in_force(session, ticket.category)
    ]
    return {"entries": entries, "precedents": precedents}
