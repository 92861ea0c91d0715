"""Beside a ticket: who else called about the same matter, what it was merged into, and the known incident it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.console.timing import short_time
from dispatch.follow_ups.blindness import kept_from
from dispatch.incidents.models import Incident
from dispatch.incidents.queries import open_incidents
from dispatch.kernel.events import Event
from dispatch.kernel.person import Person
from dispatch.merging import queries
from dispatch.merging.checks import can_merge
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class JoinedPanel:
    """``people``: how many spoke up about the matter, the first caller included. ``silent``: voices whose answers are kept from
    whoever may ask them again.
    """

    voices: Sequence[Ticket]
    silent: frozenset[int]
    people: int
    survivor: Ticket | None
    incident: Incident | None
    may_be_repeat: bool  # and this person may merge it: the page asks what it may be a repeat of

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.voices or self.survivor or self.incident)


def panel_of(session: Session, ticket: Ticket, *, person: Person) -> JoinedPanel:
    """Read what the ticket is joined to."""
    voices = queries.voices(session, ticket.ticket_id) if not ticket.is_imported else []
    return JoinedPanel(
        voices=voices,
        silent=kept_from(session, [voice.ticket_id for voice in voices], person),
        people=queries.people(session, [ticket.ticket_id])[ticket.ticket_id] if voices else 1,
        survivor=session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None,
        incident=session.get(Incident, ticket.incident_id) if ticket.incident_id else None,
        may_be_repeat=person.may("ticket.merge") and can_merge(ticket),
    )


def incident_titles(session: Session, events: Sequence[Event]) -> dict[int, str]:
    """The titles of the incidents that these events speak of."""
    ids = {event.data["incident"] for event in events if "incident" in event.data}
    if not ids:
        return {}
    rows = session.execute(select(Incident.incident_id, Incident.title).where(Incident.incident_id.in_(ids)))
    return {row.incident_id: row.title for row in rows}


def incident_options(session: Session, blank: str) -> list[tuple[str, str]]:
    """The open entries of the board for a select, the newest first; nothing where the board is empty."""
    found = [(str(one.incident_id), f"{one.title}（{short_time(one.opened_at)}）") for one in open_incidents(session)]
    return [("", blank), *found] if found else []
