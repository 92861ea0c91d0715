"""Tickets as JSON for the API: instants with the business offset, units by code and name, words screened, the reporter masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access.contact import masked_reporter
from dispatch.access.known import known_reporters
from dispatch.access.vault import Reporter, Vault
from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.follow_ups.blindness import TELLING_WORDS, kept_from
from dispatch.kernel import texts
from dispatch.kernel.events import Event
from dispatch.kernel.person import Person
from dispatch.merging import queries as merging
from dispatch.routing.decision import Decision
from dispatch.tickets import queries
from dispatch.tickets.intake import Accepted
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.screening import screened

OWN_READERS = frozenset({"note", "consultation"})  # words that not everybody who sees the ticket may read
INSTANTS = ("acknowledged_at", "first_contact_at", "completed_at", "closed_at", "erased_at")
ANSWERS = ("reached", "contacted", "solved", "satisfaction")
ASSIGNMENT_INSTANTS = (
    "sent_at",
    "acknowledge_due_at",
    "first_contact_due_at",
    "due_at",
    "acknowledged_at",
    "first_contact_at",
    "completed_at",
    "withdrawn_at",
)


def local(at: datetime | None, reference: Reference) -> str | None:
    """An instant as ISO 8601 with the business time zone's offset."""
    return at.astimezone(reference.calendar.zone).isoformat() if at else None


def unit(ref: UnitRef | None) -> dict[str, str] | None:
    """A unit by code and name."""
    return {"code": ref.code, "name": ref.name} if ref else None


def unit_by_id(unit_id: int | None, reference: Reference) -> dict[str, str] | None:
    """The same, by its id."""
    return unit(reference.by_id.get(unit_id)) if unit_id is not None else None


def decision(made: Decision, *, limit: str | None, due_at: datetime | None, reference: Reference) -> dict[str, Any]:
    """A routing decision with the limit and due instant that follow from it."""
    chosen = reference.by_code.get(made.unit_code or "")
    return {
        "unit": unit(chosen),
        "district": unit(reference.district_of(chosen)) if chosen else None,
        "candidates": [unit(reference.by_code[code]) for code in made.candidates if code in reference.by_code],
        "category": made.category,
        "urgency": made.urgency,
        "limit": limit,
        "due_at": local(due_at, reference),
        "confidence": made.confidence,
        "reasons": list(made.reasons),
    }


def accepted(made: Accepted, reference: Reference) -> dict[str, Any]:
    """What the one who reported is told."""
    decided = decision(made.decision, limit=made.limit, due_at=made.due_at, reference=reference)
    told = {"ticket_no": made.ticket_no, "version": made.version, "state": made.state}
    return {**told, "merged_into": made.merged_into, **decided}


def head(ticket: Ticket, title: str | None, reference: Reference, known: Iterable[Reporter] = ()) -> dict[str, Any]:
    """A ticket in a list; ``title`` is screened here for ``known`` people. ``version`` counts its events."""
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.event_count,
        "title": screened(title, known),
        "kind": ticket.kind,
        "channel": ticket.channel,
        "category": ticket.category,
        "urgency": ticket.urgency,
        "state": ticket.state,
        "unit": unit_by_id(ticket.unit_id, reference),
        "district": unit_by_id(ticket.district_id, reference),
        "received_at": local(ticket.received_at, reference),
        "dispatched_at": local(ticket.dispatched_at, reference),
        "due_at": local(ticket.due_at, reference),
        "is_imported": ticket.is_imported,
    }


def whole(session: Session, ticket: Ticket, *, reference: Reference, vault: Vault, person: Person) -> dict[str, Any]:
    """The ticket page's facts, for ``person``: what callers answered is kept from whoever may ask them again."""
    known = known_reporters(session, [ticket.ticket_id], vault=vault)[ticket.ticket_id]
    latest = texts.latest(session, ticket.ticket_id)
    voices = merging.voices(session, ticket.ticket_id)
    silent = kept_from(session, [one.ticket_id for one in (ticket, *voices)], person)
    left_out = OWN_READERS | (TELLING_WORDS if ticket.ticket_id in silent else frozenset())
    words = {kind: screened(body, known) for kind, body in latest.items() if kind not in left_out}
    masked = masked_reporter(session, ticket.ticket_id, vault=vault)
    return {
        **head(ticket, None, reference),
        "title": words.pop("title", None),
        "words": words,
        "reporter": {"name": masked.name, "phone": masked.phone} if masked else None,
        "place": unit(reference.known.get(ticket.place_code or "")),
        "limit": ticket.limit_text,
        "is_due_provisional": ticket.is_due_provisional,
        "is_confidential": ticket.is_confidential,
        "is_explained": ticket.is_explained,
        **{name: local(getattr(ticket, name), reference) for name in INSTANTS},
        "returns": ticket.returns,
        "redos": 0 if ticket.ticket_id in silent else ticket.redos,
        "reasons": list((ticket.routing or {}).get("reasons", ())),
        "follow_up": _follow_up(ticket, reference, silent),
        **_joined(session, ticket, voices, reference, silent),
        "assignments": [assignment(part, reference) for part in queries.assignments(session, ticket.ticket_id)],
    }


def _joined(
    session: Session, ticket: Ticket, found: Sequence[Ticket], reference: Reference, silent: frozenset[int]
) -> dict[str, Any]:
    """Who else speaks up about the matter, and what the ticket itself was merged into (rules.md §5)."""
    survivor = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
    return {
        "merged_into": survivor.ticket_no if survivor else None,
        "incident_id": ticket.incident_id,
        "people": merging.people(session, [ticket.ticket_id])[ticket.ticket_id] if found else 1,
        "voices": [
            {
                "ticket_no": voice.ticket_no,
                "received_at": local(voice.received_at, reference),
                "follow_up": _follow_up(voice, reference, silent),
            }
            for voice in found
        ],
    }


def assignment(part: Assignment, reference: Reference) -> dict[str, Any]:
    """A unit's part with its own clocks."""
    return {
        "number": part.number,
        "round": part.round,
        "role": part.role,
        "state": part.state,
        "unit": unit_by_id(part.unit_id, reference),
        "limit": part.limit_text,
        **{name: local(getattr(part, name), reference) for name in ASSIGNMENT_INSTANTS},
    }


def event(row: Event, reference: Reference) -> dict[str, Any]:
    """One event of the chain; it holds neither words nor personal data."""
    return {
        "number": row.number,
        "type": row.type,
        "at": local(row.at, reference),
        "actor": row.actor,
        "unit_code": row.unit_code,
        "data": row.data,
        "hash": bytes(row.hash).hex(),
    }


def _follow_up(ticket: Ticket, reference: Reference, silent: frozenset[int]) -> dict[str, Any]:
    said = {name: None if ticket.ticket_id in silent else getattr(ticket, name) for name in ANSWERS}
    return {
        "opened_at": local(ticket.follow_up_opened_at, reference),
        "followed_up_at": local(ticket.followed_up_at, reference),
        **said,
    }
