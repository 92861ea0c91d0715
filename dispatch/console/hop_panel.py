"""The ticket page's table of time per hop: who held it how long, who was late, and what helpers were asked and reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.actions.verb import Standing
from dispatch.console import scope
from dispatch.console.timing import span_words
from dispatch.hops import queries
from dispatch.hops.line import Hop
from dispatch.kernel.events import Event
from dispatch.kernel.person import Person
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Dispute

BAR = 1000  # units of the drawing
LEAST = 4  # a short hop is drawn so wide that it can be seen
TASKS = ("support.asked", "hop.passed")
REPORTS = ("support.reported", "hop.reported")


@dataclass(frozen=True, slots=True)
class HopRow:
    """A hop in words; ``x`` and ``width`` place it in the bar, where it belongs to the line."""

    hop: Hop
    took: str
    late: str | None
    x: int
    width: int
    task: str | None
    report: str | None


def rows_of(session: Session, here: Standing, disputes: Sequence[Dispute]) -> list[HopRow]:
    """The hops of a ticket in order: the line first, then those beside it."""
    at = here.at
    found = queries.hops_of(session, here.ticket, here.parts, disputes, at=at, reference=here.reference)
    is_shared = any(part.role in queries.ROLES for part in here.parts)
    said = _said(session, here.ticket.ticket_id, person=here.person) if is_shared else {}
    whole = sum((hop.took for hop in found if hop.is_in_line), timedelta())
    begins = found[0].begins_at if found else at
    return [_row(hop, hop.begins_at - begins, whole, said) for hop in found]


def _row(hop: Hop, since: timedelta, whole: timedelta, said: dict[tuple[int, bool], str | None]) -> HopRow:
    number = hop.number or 0
    return HopRow(
        hop=hop,
        took=span_words(int(hop.took.total_seconds())),
        late=span_words(int(hop.late.total_seconds())) if hop.late else None,
        x=since * BAR // whole if whole else 0,
        width=max(hop.took * BAR // whole, LEAST) if whole else 0,
        task=said.get((number, False)),
        report=said.get((number, True)),
    )


def _said(session: Session, ticket_id: int, *, person: Person) -> dict[tuple[int, bool], str | None]:
    """What each helper was asked (False) and reported (True), by the number of its part, as this person may read it."""
    events = session.scalars(select(Event).where(Event.ticket_id == ticket_id, Event.type.in_(TASKS + REPORTS)))
    places = {
        (event.data["text"]["kind"], event.data["text"]["version"]): (event.data["assignment"], event.type in REPORTS)
        for event in events
    }
    if not places:
        return {}
    kinds = {kind for kind, _version in places}
    rows = session.execute(
        select(TextEntry.kind, TextEntry.version, TextEntry.body).where(
            TextEntry.ticket_id == ticket_id, TextEntry.kind.in_(kinds)
        )
    ).all()
    shown = scope.shown_words(session, [(ticket_id, row.body) for row in rows], person=person)
    found = {(row.kind, row.version): body for row, body in zip(rows, shown, strict=True)}
    return {place: found.get(key) for key, place in places.items()}
