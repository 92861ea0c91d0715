"""协办与下派: what a unit helps others with, below its own worklist, and how it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from dispatch.console import scope
from dispatch.console.timing import card_colour, moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.hops import queries
from dispatch.kernel.db import transaction
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 50

blueprint = Blueprint("console_helping", __name__)


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One open part that a unit has in another's ticket."""

    ticket_no: str
    title: str
    role: str
    state: str
    unit_name: str
    lead_name: str
    due_at: datetime | None
    colour: str | None


@blueprint.get("/helping")
@requires("support.report", "hop.report")
def helping_list() -> Any:
    """The section alone, fetched anew every so often."""
    at, person = moment(), current_person()
    with transaction() as session:
        return render_template("console/helping.html", **values(session, person, at=at))


def values(session: Session, person: Person, *, at: datetime) -> dict[str, Any]:
    """What the section shows: open parts by due instant, and the counts of the last days per unit."""
    city, ids = reference(session, at), scope.own_unit_ids(session, person, at=at)
    found = queries.helping(session, ids, limit=PAGE_SIZE)
    titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
    days = city.procedure.sharing.shown_days
    counts = queries.help_counts(session, ids, since=at - timedelta(days=days), at=at)
    return {
        "helping": [_row(row, title, city, at) for row, title in zip(found, titles, strict=True)],
        "help_counts": [(city.by_id[one.unit_id].name, one) for one in counts],
        "help_days": days,
    }


def _row(record: Any, title: str | None, city: Reference, at: datetime) -> HelpRow:
    part, ticket = record.Assignment, record.Ticket
    return HelpRow(
        ticket_no=ticket.ticket_no,
        title=title or "",
        role=part.role,
        state=part.state,
        unit_name=city.by_id[part.unit_id].name,
        lead_name=city.by_id[ticket.unit_id].name if ticket.unit_id is not None else "—",
        due_at=part.due_at,
        colour=card_colour(part.due_at, part.yellow_at, at),
    )
