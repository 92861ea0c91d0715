"""One open ticket's clocks counted again under another calendar. Pure: rows in, new instants out (rules.md §1–2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from dispatch.directory.snapshot import Reference, Terms
from dispatch.limits.cards import yellow_at
from dispatch.limits.ladder import first_at
from dispatch.limits.procedure import span_end
from dispatch.limits.rules import due_at
from dispatch.limits.values import Due, Limit

Span = tuple[datetime, datetime]


TICKET_COLUMNS = (
    *("ticket_id", "ticket_no", "unit_id", "category", "urgency", "kind", "dispatched_at", "limit_text"),
    *("due_at", "is_due_provisional", "event_count", "head"),
)
PART_COLUMNS = (
    *("ticket_id", "number", "role", "parent_number", "unit_id", "sent_at", "limit_text", "policy_version"),
    *("acknowledge_due_at", "first_contact_due_at", "due_at", "is_due_provisional", "yellow_at", "next_at"),
    *("acknowledged_at", "first_contact_at"),
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """A ticket with its open parts, granted extensions, pauses and open disputes: rows with the columns above."""

    ticket: Any
    parts: Sequence[Any]
    granted: Sequence[Any]
    pauses: Sequence[Any]
    disputes: Sequence[Any]


class PartClock(NamedTuple):
    """The instants of a part."""

    due_at: datetime | None
    is_provisional: bool
    yellow_at: datetime | None
    next_at: datetime | None
    acknowledge_due_at: datetime | None
    first_contact_due_at: datetime | None


@dataclass(slots=True)
class Counted:
    """What moves: the promise, parts with their new clocks, rulings with their new limits; then the chain's new end."""

    clocks: Clocks
    due: Due
    parts: list[tuple[Any, PartClock]]
    rulings: list[tuple[Any, datetime]]
    count: int = 0
    head: bytes = field(default=b"")

    @property
    def lead(self) -> tuple[Any, PartClock] | None:
        """The lead, if its clock moves."""
        return next((one for one in self.parts if one[0].role == "lead"), None)


def count_again(clocks: Clocks, reference: Reference) -> Counted | None:
    """The clocks under the calendar of ``reference``, each by the policy it began with; None where nothing moves."""
    ticket = clocks.ticket
    if ticket.due_at is None:
        return None  # nothing was promised yet
    spans = [(pause.begins_at, pause.ended_at or pause.ends_at) for pause in clocks.pauses]
    spans = [(begins, ends) for begins, ends in spans if ends > begins]
    in_order = sorted(clocks.granted, key=lambda one: (one.decided_at or one.asked_at, one.number))
    promise = _promise(ticket, in_order, spans, reference)
    counted: dict[int, PartClock] = {}
    for part in clocks.parts:  # by number: whoever passed on comes before the handler
        above = counted.get(part.parent_number or 0) if part.role == "handler" else None
        counted[part.number] = _part(part, ticket, in_order, spans, reference, until=above.due_at if above else None)
    parts = [(part, counted[part.number]) for part in clocks.parts if counted[part.number] != _as_it_stands(part)]
    rulings = _rulings(clocks, reference)
    if (promise.at, promise.provisional) == (ticket.due_at, ticket.is_due_provisional) and not parts and not rulings:
        return None
    return Counted(clocks, promise, parts, rulings)


def _promise(ticket: Any, granted: Sequence[Any], spans: Sequence[Span], reference: Reference) -> Due:
    if ticket.dispatched_at is None or ticket.limit_text is None:
        return Due(ticket.due_at, ticket.is_due_provisional)
    limits = [Limit.parse(one.amount) for one in granted]
    calendar = reference.terms(ticket.dispatched_at).calendar
    return due_at(ticket.dispatched_at, Limit.parse(ticket.limit_text), calendar, limits, spans)


def _part(
    part: Any,
    ticket: Any,
    granted: Sequence[Any],
    spans: Sequence[Span],
    reference: Reference,
    *,
    until: datetime | None,
) -> PartClock:
    """A lead's limit moves with extensions and pauses; a support's and a handler's is its own (ADR 11), a handler's not
    after ``until``, the due instant of whoever passed it on.
    """
    if part.limit_text is None or part.due_at is None:
        return _as_it_stands(part)
    is_lead = part.role == "lead"
    own = [Limit.parse(one.amount) for one in granted if is_lead and one.assignment_number == part.number]
    limit = Limit.parse(part.limit_text)
    policy, calendar = terms = reference.terms(part.sent_at, part.unit_id)
    due = due_at(part.sent_at, limit, calendar, own, spans if is_lead else ())
    ends = min(due.at, until) if until else due.at
    yellow = yellow_at(part.sent_at, limit, ends, calendar, policy.cards)
    is_same = ends == part.due_at and yellow == part.yellow_at
    first_steps = (part.acknowledge_due_at, part.first_contact_due_at)
    signing, contact = _first_steps(part, ticket, terms, reference) if is_lead else first_steps
    steps = policy.ladder if is_lead else ()
    return PartClock(
        due_at=ends,
        is_provisional=due.provisional,
        yellow_at=yellow,
        next_at=part.next_at if is_same else first_at(steps, part.sent_at, limit, ends, yellow, calendar),
        acknowledge_due_at=signing,
        first_contact_due_at=contact,
    )


def _first_steps(part: Any, ticket: Any, terms: Terms, reference: Reference) -> tuple[datetime | None, datetime | None]:
    """When to sign and to call, while that is still to be done, under the policy that the part was sent with."""
    policy, calendar = terms
    if part.policy_version != policy.version:
        return part.acknowledge_due_at, part.first_contact_due_at
    kind = reference.by_id[part.unit_id].kind
    rule = policy.limit_of(ticket.category or "", ticket.urgency, ticket.kind, kind)
    signing, contact = part.acknowledge_due_at, part.first_contact_due_at
    if part.acknowledged_at is None and not Limit.parse(rule.acknowledge).is_elapsed:
        signing = due_at(part.sent_at, Limit.parse(rule.acknowledge), calendar).at
    if part.first_contact_at is None and not Limit.parse(rule.first_contact).is_elapsed:
        contact = due_at(part.sent_at, Limit.parse(rule.first_contact), calendar).at
    return signing, contact


def _rulings(clocks: Clocks, reference: Reference) -> list[tuple[Any, datetime]]:
    """Open disputes whose ruling limit moves; a consultation has an end of its own, which was agreed."""
    leads = {part.number: part for part in clocks.parts}
    found = []
    for dispute in clocks.disputes:
        lead = leads.get(dispute.assignment_number)
        if lead is None or dispute.consulted_at is not None:
            continue
        window = reference.terms(lead.sent_at).policy.procedure.window_of(Limit.parse(lead.limit_text or ""))
        due = span_end(dispute.raised_at, window.ruling, reference.calendar)
        if due != dispute.ruling_due_at:
            found.append((dispute, due))
    return found


def _as_it_stands(part: Any) -> PartClock:
    return PartClock(
        part.due_at,
        part.is_due_provisional,
        part.yellow_at,
        part.next_at,
        part.acknowledge_due_at,
        part.first_contact_due_at,
    )
