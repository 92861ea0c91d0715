"""Tickets as rows, of every kind that a sweep may meet, drawn by Hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel import events
from dispatch.kernel.events import NewEvent
from dispatch.limits.cards import red_at, yellow_at
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit
from dispatch.tickets.clock_models import Extension
from dispatch.tickets.models import Assignment, Ticket
from tests.town import MONDAY

FIRST = 900_000
HOURS = 24 * 14
LIMITS = ("2h", "24h", "5wd", "1wd", "3nd", "12wh", "7nd")
TICKET_STATES = ("dispatched", "acknowledged", "completed", "suspended", "awaiting_dispatch", "withdrawn", "merged")
PART_STATES = ("sent", "acknowledged", "disputed", "completed", "withdrawn")

hours = st.integers(0, HOURS)


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """``usual`` in four of five draws: a ticket that is special in everything never comes as far as its follow-up."""
    return st.sampled_from([usual] * 4 * len(others) + list(others))


@dataclass(frozen=True)
class DrawnPart:
    """``done`` and ``withdrawn``: hours after it was sent; None: not. ``is_done_at_due``: done at the due instant itself."""

    role: str
    round: int
    limit: str
    state: str
    sent: int
    done: int | None
    is_done_at_due: bool
    withdrawn: int | None
    has_yellow: bool
    is_looked_at_anew: bool


@dataclass(frozen=True)
class DrawnTicket:
    """What decides about its events and its follow-up."""

    state: str
    urgency: str
    kind: str
    round: int
    has_voice: bool
    is_late_repeat: bool
    follow_up: str | None
    asks_extension: bool
    has_absorbed: bool
    has_open_voice: bool
    parts: list[DrawnPart]


parts = st.builds(
    DrawnPart,
    role=mostly("lead", "support", "handler"),
    round=mostly(1, 2),
    limit=st.sampled_from(LIMITS),
    state=mostly("sent", *PART_STATES),
    sent=st.integers(0, 48),
    done=st.none() | hours,
    is_done_at_due=st.booleans(),
    withdrawn=st.none() | st.none() | st.none() | hours,
    has_yellow=st.booleans(),
    is_looked_at_anew=st.booleans(),
)
tickets = st.builds(
    DrawnTicket,
    state=mostly("dispatched", *TICKET_STATES),
    urgency=mostly("ordinary", "urgent", "critical"),
    kind=st.sampled_from(("complaint", "help", "consultation")),
    round=mostly(1, 2),
    has_voice=st.booleans(),
    is_late_repeat=st.booleans(),
    follow_up=mostly(None, "open", "answered", "cancelled"),
    asks_extension=mostly(False, True),
    has_absorbed=st.booleans(),
    has_open_voice=mostly(False, True),
    parts=st.lists(parts, min_size=1, max_size=3),
)


ORDINARY = DrawnTicket(
    "dispatched",
    "ordinary",
    "complaint",
    round=1,
    has_voice=True,
    is_late_repeat=False,
    follow_up=None,
    asks_extension=False,
    has_absorbed=False,
    has_open_voice=False,
    parts=[
        DrawnPart(
            "lead",
            round=1,
            limit="5wd",
            state="sent",
            sent=0,
            done=None,
            is_done_at_due=False,
            withdrawn=None,
            has_yellow=True,
            is_looked_at_anew=False,
        )
    ],
)
WITH_A_VOICE = replace(ORDINARY, has_open_voice=True)


def write(session: Session, drawn: DrawnTicket, number: int, reference: Reference) -> Ticket:
    """The rows of one drawn ticket, with its voice where it has one."""
    ticket = _ticket(session, FIRST + 2 * number, drawn)
    for place, part in enumerate(drawn.parts, start=1):
        session.add(_part(part, ticket.ticket_id, place, reference))
    unit_id = reference.by_code["110001"].unit_id
    if drawn.follow_up is not None:
        times = {"opened_at": MONDAY, "next_attempt_at": MONDAY, "queue_at": MONDAY}
        session.add(
            FollowUp(ticket_id=ticket.ticket_id, round=ticket.round, state=drawn.follow_up, attempt_count=0, **times)
        )
    if drawn.asks_extension:
        asked = {"assignment_number": 1, "unit_id": unit_id, "amount": "3nd", "state": "asked", "asked_at": MONDAY}
        session.add(Extension(ticket_id=ticket.ticket_id, number=1, **asked))
    if drawn.has_absorbed:
        events.record(session, ticket, [NewEvent("ticket.absorbed", MONDAY, "account:1")])
    if drawn.has_open_voice:
        _ticket(session, ticket.ticket_id + 1, drawn, state="merged", merged_into_id=ticket.ticket_id)
    session.flush()
    return ticket


def _ticket(session: Session, ticket_id: int, drawn: DrawnTicket, **values: Any) -> Ticket:
    facts = {
        "ticket_no": f"S{ticket_id}",
        "kind": drawn.kind,
        "urgency": drawn.urgency,
        "state": drawn.state,
        "voice_id": 1 if drawn.has_voice else None,
        "round": drawn.round,
        "assignment_count": len(drawn.parts),
        "previous_ticket_id": 1 if drawn.is_late_repeat else None,
        "is_imported": False,
        "is_excluded": False,
        "is_confidential": False,
        "is_due_provisional": False,
        "returns": 0,
        "redos": 0,
        "event_count": 0,
        "head": b"",
        "sealed_count": 0,
        "received_at": MONDAY,
        "changed_at": MONDAY,
    }
    ticket = Ticket(ticket_id=ticket_id, **(facts | values))
    session.add(ticket)
    events.record(session, ticket, [NewEvent("ticket.received", MONDAY, "account:1")])
    return ticket


def _part(part: DrawnPart, ticket_id: int, number: int, reference: Reference) -> Assignment:
    unit_id, sent_at = reference.by_code["110001"].unit_id, MONDAY + timedelta(hours=part.sent)
    policy, calendar = reference.terms(sent_at, unit_id)
    limit = Limit.parse(part.limit)
    due = due_at(sent_at, limit, calendar).at
    yellow = yellow_at(sent_at, limit, due, calendar, policy.cards) if part.has_yellow else None
    done = due if part.is_done_at_due and part.done is not None else _after(sent_at, part.done)
    return Assignment(
        ticket_id=ticket_id,
        number=number,
        round=part.round,
        role=part.role,
        unit_id=unit_id,
        state=part.state,
        sent_at=sent_at,
        limit_text=part.limit,
        due_at=due,
        is_due_provisional=False,
        is_designated=False,
        yellow_at=yellow,
        next_at=sent_at if part.is_looked_at_anew else yellow or red_at(due),
        completed_at=done,
        withdrawn_at=_after(sent_at, part.withdrawn),
    )


def _after(sent_at: datetime, later: int | None) -> datetime | None:
    return None if later is None else sent_at + timedelta(hours=later)
