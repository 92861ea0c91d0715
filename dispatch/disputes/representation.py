"""Disputes, consultations, proposals and accuracy as JSON: units by code and name, instants local, words screened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.directory.snapshot import Reference
from dispatch.disputes import queries
from dispatch.disputes.accuracy import Accuracy
from dispatch.disputes.models import CatalogueProposal, DisputeParty
from dispatch.kernel import texts
from dispatch.tickets.models import Dispute, Ticket
from dispatch.tickets.representation import local, unit_by_id
from dispatch.tickets.screening import screened

MATTER = ("title", "text", "address")


def dispute(one: Dispute, ticket: Ticket, title: str | None, reference: Reference) -> dict[str, Any]:
    """A line of the adjudication queue."""
    return {
        "ticket_no": ticket.ticket_no,
        "title": title,
        "category": ticket.category,
        "number": one.number,
        "unit": unit_by_id(one.unit_id, reference),
        "ground": one.ground,
        "raised_at": local(one.raised_at, reference),
        "ruling_due_at": local(one.ruling_due_at, reference),
        "consult_until": local(one.consult_until, reference),
    }


def consultation(
    session: Session, raised: Dispute, parties: Iterable[DisputeParty], *, reference: Reference, vault: Vault
) -> dict[str, Any]:
    """The matter and the thread, for who takes part."""
    ticket = session.get_one(Ticket, raised.ticket_id)
    known = known_reporters(session, [ticket.ticket_id], vault=vault)[ticket.ticket_id]
    words = texts.latest(session, ticket.ticket_id)
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.event_count,
        "kind": ticket.kind,
        "category": ticket.category,
        "place": unit_by_code(ticket.place_code, reference),
        "words": {kind: screened(words[kind], known) for kind in MATTER if kind in words},
        "ground": raised.ground,
        "unit": unit_by_id(raised.unit_id, reference),
        "until": local(raised.consult_until, reference),
        "ruling_due_at": local(raised.ruling_due_at, reference),
        "ruling": raised.ruling,
        "parties": [
            {"unit": unit_by_id(party.unit_id, reference), "answered_at": local(party.answered_at, reference)}
            for party in parties
        ],
        "thread": [
            {
                "number": said.number,
                "unit": unit_by_id(said.unit_id, reference),
                "stance": said.stance,
                "words": screened(body, known),
                "at": local(said.at, reference),
            }
            for said, body in queries.thread(session, raised.ticket_id, raised.number)
        ],
    }


def unit_by_code(code: str | None, reference: Reference) -> dict[str, str] | None:
    """A place or unit by its code, also one no longer in effect."""
    known = reference.known.get(code or "")
    return {"code": known.code, "name": known.name} if known else None


def proposal(one: CatalogueProposal, ticket_no: str, reference: Reference) -> dict[str, Any]:
    """A proposal for the catalogue with its precedent."""
    return {
        "proposal_id": one.proposal_id,
        "category": one.category,
        "place": unit_by_code(one.place_code, reference),
        "kind": one.kind,
        "unit": unit_by_id(one.unit_id, reference),
        "ticket_no": ticket_no,
        "state": one.state,
        "proposed_at": local(one.proposed_at, reference),
        "decided_at": local(one.decided_at, reference),
    }


def accuracy(one: Accuracy) -> dict[str, Any]:
    """The counts behind the share, and the share in percent as a string, empty without dispatches."""
    return {
        "category": one.category,
        "dispatched": one.dispatched,
        "returned": one.returned,
        "upheld": one.upheld,
        "designated": one.designated,
        "silence": one.silence,
        "reassigned": one.reassigned,
        "percent": one.percent,
    }
