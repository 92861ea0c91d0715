"""Building assignments: the lead's clocks, the district's copy, the promise to the citizen (rules.md §1–2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.limits.cards import red_at, yellow_at
from dispatch.limits.rules import Limit, due_at
from dispatch.routing.datasets import dataset_version
from dispatch.routing.tables import policy as policy_of
from dispatch.tickets.models import Assignment
from dispatch.tickets.states import AssignmentState

# Communities help, never lead (domain §1.6); neither does the city as such.
LEADING_KINDS = frozenset({"district", "township", "department", "enterprise"})


def assignment_row(
    ticket: Mapping[str, Any],
    unit: UnitRef,
    *,
    number: int,
    reference: Reference,
    at: datetime,
    round_: int = 1,
    is_designated: bool = False,
) -> dict[str, Any]:
    """A lead's row with a full limit of its own, under the policy in force for this matter."""
    policy = policy_of(ticket["category"] or "", ticket["urgency"], ticket["kind"])
    limit = Limit.parse(policy.limit)
    due = due_at(at, limit, reference.calendar)
    yellow = yellow_at(at, limit, due.at, reference.calendar)
    return _blank() | {
        "ticket_id": ticket["ticket_id"],
        "number": number,
        "round": round_,
        "role": "lead",
        "unit_id": unit.unit_id,
        "state": AssignmentState.SENT,
        "sent_at": at,
        "limit_text": policy.limit,
        "policy_version": dataset_version("policies"),
        "acknowledge_due_at": due_at(at, Limit.parse(policy.acknowledge_limit), reference.calendar).at,
        "first_contact_due_at": due_at(at, Limit.parse(policy.first_contact_limit), reference.calendar).at,
        "due_at": due.at,
        "is_due_provisional": due.provisional,
        "is_designated": is_designated,
        "yellow_at": yellow,
        "next_at": yellow or red_at(due.at),
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


def promise(lead: Mapping[str, Any]) -> dict[str, Any]:
    """What the first dispatch promises the citizen; later dispatches never restart it (rules.md §2)."""
    return {
        "due_at": lead["due_at"],
        "is_due_provisional": lead["is_due_provisional"],
        "limit_text": lead["limit_text"],
    }


def _blank() -> dict[str, Any]:
    return dict.fromkeys(column.key for column in Assignment.__table__.columns)
