"""Reads the leads of tickets dispatched in a span of time, batch by batch, and has them judged: memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import Event
from dispatch.limits.policy import Policy
from dispatch.policies.simulation import Lead, Tally, Trial
from dispatch.tickets.clock_models import Extension, Pause
from dispatch.tickets.models import Assignment, Ticket

BATCH = 2_000
MOST = 100_000  # so many tickets a page or a call replays, of more it takes a sample; the command line takes them all

LEAD_COLUMNS = (
    *("ticket_id", "number", "unit_id", "sent_at", "due_at", "acknowledge_due_at", "first_contact_due_at"),
    *("acknowledged_at", "first_contact_at", "completed_at", "limit_text", "policy_version"),
)

_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_IN_SPAN = (Ticket.dispatched_at >= bindparam("since"), Ticket.dispatched_at < bindparam("until"))
_TICKETS = (
    select(
        *(Ticket.ticket_id, Ticket.is_imported, Ticket.unit_id, Ticket.category, Ticket.urgency, Ticket.kind),
        *(Ticket.dispatched_at, Ticket.due_at, Ticket.acknowledged_at, Ticket.first_contact_at, Ticket.completed_at),
    )
    .where(*_IN_SPAN, Ticket.ticket_id > bindparam("after"), Ticket.ticket_id % bindparam("every") == 0)
    .order_by(Ticket.ticket_id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(Ticket).where(*_IN_SPAN)
# A lead that was taken back (upheld dispute, reassignment, withdrawn by the citizen) is nobody's lateness.
_LEADS = (
    select(*(Assignment.__table__.c[name] for name in LEAD_COLUMNS))
    .where(Assignment.ticket_id == _IDS, Assignment.role == "lead", Assignment.state != "withdrawn")
    .order_by(Assignment.ticket_id, Assignment.number)
)
_GRANTED = (
    select(Extension.ticket_id, Extension.assignment_number, Extension.amount)
    .where(Extension.ticket_id == _IDS, Extension.state == "granted")
    .order_by(Extension.decided_at, Extension.number)
)
_PAUSES = select(Pause.ticket_id, Pause.begins_at, Pause.ends_at, Pause.ended_at).where(Pause.ticket_id == _IDS)
_CORRECTED = (
    select(Event.ticket_id, Event.type, Event.at, Event.data)
    .where(Event.ticket_id == _IDS, Event.type.in_(("ticket.corrected", "ticket.limit_corrected")))
    .order_by(Event.ticket_id, Event.number.desc())
)


class Span(NamedTuple):
    """Dispatched at or after ``since`` and before ``until``."""

    since: datetime
    until: datetime


class Step(NamedTuple):
    """How far the walk has come (the last ticket id; None: to the end), and how many tickets it saw."""

    after: int | None
    seen: int


def count(session: Session, span: Span) -> int:
    """How many tickets were dispatched in the span."""
    return session.execute(_COUNT, span._asdict()).scalar_one()


def tally(policy: Policy, reference: Reference, at: datetime) -> Tally:
    """An empty tally of ``policy``, judged as things stand at ``at``."""
    return Tally(Trial(policy, reference.calendar), at)


def step(
    session: Session, tally: Tally, span: Span, *, reference: Reference, after: int = 0, limit: int = BATCH
) -> Step:
    """Judge the next tickets by id."""
    tickets = session.execute(_TICKETS, span._asdict() | {"after": after, "most": limit, "every": tally.every}).all()
    for leads in _leads(session, tickets, reference):
        tally.add(leads)
    return Step(tickets[-1].ticket_id if len(tickets) == limit else None, len(tickets))


def simulate(session: Session, policy: Policy, span: Span, *, reference: Reference, at: datetime) -> Tally:
    """The whole walk within one transaction, for pages and calls; of more than ``MOST`` tickets every n-th by id.

    Raises ``policy.span_reversed``.
    """
    require_forward(span)
    found = tally(policy, reference, at)
    found.every = max(-(-count(session, span) // MOST), 1)
    after: int | None = 0
    while after is not None:
        after = step(session, found, span, reference=reference, after=after).after
    return found


def require_forward(span: Span) -> None:
    """Refuse a span that ends before it begins."""
    if span.until <= span.since:
        raise DomainError("policy.span_reversed", "结束时间必须晚于开始时间。")


def _leads(session: Session, tickets: Sequence[Any], reference: Reference) -> Iterator[list[Lead]]:
    ids = {"ids": [one.ticket_id for one in tickets if not one.is_imported]}
    parts, granted, pauses, corrected = (
        _by_ticket(session.execute(query, ids)) for query in (_LEADS, _GRANTED, _PAUSES, _CORRECTED)
    )
    for ticket in tickets:
        key = ticket.ticket_id
        if ticket.is_imported:
            yield [_imported(ticket, reference)]
        elif key in parts:
            spans = tuple(_spans(pauses.get(key, ())))
            yield [
                _live(ticket, part, granted.get(key, ()), spans, corrected.get(key, ()), reference)
                for part in parts[key]
            ]


def _imported(ticket: Any, reference: Reference) -> Lead:
    """What a row of history says: its due as given, its free category, nothing of signing limits."""
    return Lead(
        *(ticket.ticket_id, ticket.unit_id, reference.by_id[ticket.unit_id].kind),
        *(ticket.category or "", ticket.urgency, ticket.kind, ticket.dispatched_at),
        *(ticket.due_at, None, None),
        *(ticket.acknowledged_at, ticket.first_contact_at, ticket.completed_at),
        is_imported=True,
    )


def _live(
    ticket: Any,
    part: Any,
    granted: Iterable[Any],
    spans: tuple[tuple[datetime, datetime], ...],
    corrected: Iterable[Any],
    reference: Reference,
) -> Lead:
    matter, kind = _matter(ticket, part, corrected), reference.by_id[part.unit_id].kind
    return Lead(
        *(ticket.ticket_id, part.unit_id, kind),
        *(matter["category"] or "", ticket.urgency, matter["kind"], part.sent_at),
        *(part.due_at, part.acknowledge_due_at, part.first_contact_due_at),
        *(part.acknowledged_at, part.first_contact_at, part.completed_at),
        extensions=tuple(one.amount for one in granted if one.assignment_number == part.number),
        pauses=spans,
        own_limit=_own_limit(part, matter, ticket.urgency, kind, reference),
    )


def _own_limit(part: Any, matter: Mapping[str, Any], urgency: str, kind: str, reference: Reference) -> str | None:
    """The limit that is not the policy's of that day, so the catalogue's; None where it is the policy's or cannot be told."""
    policy = reference.terms(part.sent_at, part.unit_id).policy
    if part.limit_text is None or part.policy_version != policy.version:
        return None
    by_policy = policy.limit_of(matter["category"] or "", urgency, matter["kind"], kind).limit
    return part.limit_text if part.limit_text != by_policy else None


def _matter(ticket: Any, part: Any, corrected: Iterable[Any]) -> Mapping[str, Any]:
    """Category and kind by which this lead got its limit: corrections afterwards do not move it (rules.md §2), unless a
    supervisor had it counted again. ``corrected`` comes newest first and is taken back in that order.
    """
    matter = {"category": ticket.category, "kind": ticket.kind}
    for event in corrected:
        if event.type == "ticket.limit_corrected":
            if event.data["assignment"] == part.number:
                break
        elif event.at <= part.sent_at:
            break
        elif event.data["field"] in matter:
            matter[event.data["field"]] = event.data["from"]
    return matter


def _spans(pauses: Iterable[Any]) -> Iterator[tuple[datetime, datetime]]:
    for pause in pauses:
        ends = pause.ended_at or pause.ends_at
        if ends > pause.begins_at:
            yield pause.begins_at, ends


def _by_ticket(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(row)
    return found
