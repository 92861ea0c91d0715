"""Building assignments: the lead's clocks, the district's copy, the promise to the citizen (rules.md §1–2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.limits.cards import yellow_at
from dispatch.limits.ladder import first_at
from dispatch.limits.rules import Due, Limit, due_at
from dispatch.routing import catalogue
from dispatch.tickets.models import Assignment
from dispatch.tickets.states import AssignmentState

LEADING_KINDS = catalogue.LEADING_KINDS


def assignment_row(
    ticket: Mapping[str, Any],
    unit: UnitRef,
    *,
    number: int,
    reference: Reference,
    at: datetime,
    round_: int = 1,
    is_designated: bool = False,
    limit_text: str | None = None,
) -> dict[str, Any]:
    """A lead's row with a full limit of its own: ``limit_text`` of the catalogue, else by the policy in force for this matter."""
    policy, calendar = reference.terms(at, unit.unit_id)
    row = policy.limit_of(ticket["category"] or "", ticket["urgency"], ticket["kind"], unit.kind)
    limit_text = limit_text or row.limit
    limit = Limit.parse(limit_text)
    due = due_at(at, limit, calendar)
    yellow = yellow_at(at, limit, due.at, calendar, policy.cards)
    return _blank() | {
        "ticket_id": ticket["ticket_id"],
        "number": number,
        "round": round_,
        "role": "lead",
        "unit_id": unit.unit_id,
        "state": AssignmentState.SENT,
        "sent_at": at,
        "limit_text": limit_text,
        "policy_version": policy.version,
        "acknowledge_due_at": due_at(at, Limit.parse(row.acknowledge), calendar).at,
        "first_contact_due_at": due_at(at, Limit.parse(row.first_contact), calendar).at,
        "due_at": due.at,
        "is_due_provisional": due.provisional,
        "is_designated": is_designated,
        "yellow_at": yellow,
        "next_at": first_at(policy.ladder, at, limit, due.at, yellow, calendar),
    }


def district_copy(
    ticket_id: int, unit: UnitRef, *, number: int, round_: int, reference: Reference, at: datetime
) -> dict[str, Any] | None:
    """The copy to the unit's district at the same moment (domain §1.3); None where there is no district or it is the lead."""
    district = reference.district_of(unit)
    if district is None or district.unit_id == unit.unit_id:
        return None
    return _blank() | {
        "ticket_id": ticket_id,
        "number": number,
        "round": round_,
        "role": "copy",
        "unit_id": district.unit_id,
        "state": AssignmentState.SENT,
        "sent_at": at,
        "is_due_provisional": False,
        "is_designated": False,
    }


def promise(lead: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    """What the first dispatch promises the citizen, by the city's own office hours; later ones never restart it (rules.md §2)."""
    sent_at, limit = lead["sent_at"], Limit.parse(lead["limit_text"])
    calendar, own = reference.terms(sent_at).calendar, reference.terms(sent_at, lead["unit_id"]).calendar
    due = Due(lead["due_at"], lead["is_due_provisional"]) if calendar is own else due_at(sent_at, limit, calendar)
    return {"due_at": due.at, "is_due_provisional": due.provisional, "limit_text": lead["limit_text"]}


def _blank() -> dict[str, Any]:
    return dict.fromkeys(column.key for column in Assignment.__table__.columns)
