"""The thread of a consultation as pages show it: who was asked, who said what, screened for the reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.console import scope
from dispatch.directory.snapshot import Reference
from dispatch.disputes import queries
from dispatch.disputes.models import DisputeParty
from dispatch.kernel.person import Person
from dispatch.tickets.models import Dispute


@dataclass(frozen=True, slots=True)
class Said:
    """One contribution; no unit: the adjudicator's."""

    unit_name: str | None
    stance: str | None
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A dispute with its consultation: (unit, answered at) of each party, and the contributions in order."""

    dispute: Dispute
    parties: list[tuple[str, datetime | None]]
    said: list[Said]


def thread_of(
    session: Session, raised: Dispute, parties: Iterable[DisputeParty], city: Reference, *, person: Person
) -> Thread:
    """Read the thread for ``person``."""
    rows = queries.thread(session, raised.ticket_id, raised.number)
    shown = scope.shown_words(session, [(raised.ticket_id, body) for _message, body in rows], person=person)
    said = [
        Said(_name(message.unit_id, city), message.stance, body, message.at)
        for (message, _raw), body in zip(rows, shown, strict=True)
    ]
    asked = [(city.by_id[party.unit_id].name, party.answered_at) for party in parties]
    return Thread(raised, asked, said)


def _name(unit_id: int | None, city: Reference) -> str | None:
    return city.by_id[unit_id].name if unit_id is not None else None
