"""Fresh tickets for the verbs: taken in over HTTP for the officers' townships, and brought to where a verb finds them."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import current_session, transaction
from dispatch.limits.rules import Limit
from dispatch.tickets import noting, queries
from dispatch.tickets.models import Assignment, Ticket
from tests.bench import cast, city, load
from tests.bench.cast import Cast
from tests.bench.home import Home
from tests.bench.servers import Server

LONG_EVENTS = 500
TRIES = 8  # those whose limit allows no extension are taken in anew
MATTERS = 200
DAYS = ("nd", "wd")


@dataclass(frozen=True)
class Work:
    """A ticket that a township leads: its number, and an amount by which its limit may be extended."""

    ticket_no: str
    ticket_id: int
    amount: str


def request(server: Server, method: str, path: str, *headers: str, body: dict[str, Any] | None = None) -> bytes:
    """A request as it goes over the wire."""
    sent = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.address[0]}", *headers]
    lines += ["Content-Type: application/json"] if body is not None else []
    return "\r\n".join([*lines, f"Content-Length: {len(sent)}", "", ""]).encode() + sent


def intake_request(server: Server, token: str, body: dict[str, Any]) -> bytes:
    """One intake under a key of its own."""
    key = f"Idempotency-Key: {secrets.token_hex(12)}"
    return request(server, "POST", "/api/v1/tickets", f"Authorization: Bearer {token}", key, body=body)


def take_in(home: Home, server: Server, people: Cast, each: int) -> list[list[Work]]:
    """At least ``each`` tickets per township, just sent to it, whose limits count in days."""
    bodies = itertools.cycle([json.loads(city.body_of(one)) for one in city.complaints(MATTERS)])
    found: list[list[Work]] = [[] for _ in people.townships]
    for _ in range(TRIES):
        short = [max(0, each - len(works)) for works in found]
        if not any(short):
            return [works[:each] for works in found]
        before = _last_id(home)
        sources = [_requests(server, people, number, bodies, count) for number, count in enumerate(short)]
        load.drive(server.address, sources)
        found = [works + new for works, new in zip(found, _sent(home, people, before), strict=True)]
    raise RuntimeError(f"too few tickets whose limit counts in days: {[len(works) for works in found]}")


def lengthen(home: Home, people: Cast, works: Sequence[Work]) -> None:
    """Write notes on one ticket per township until each has LONG_EVENTS events."""
    at = SystemClock().now()
    with city.application(home):
        for work, unit_id in zip(works, people.unit_ids, strict=True):
            with transaction() as session:
                units, ticket = reference(session, at), session.get_one(Ticket, work.ticket_id)
                for count in range(ticket.event_count, LONG_EVENTS):
                    noting.note(
                        session,
                        work.ticket_id,
                        unit_id=unit_id,
                        words=f"第 {count} 次现场查看，已联系物业，继续跟进。",
                        reference=units,
                        actor=city.ACTOR,
                        at=at,
                    )


def open_follow_ups(home: Home, works: Sequence[Work]) -> None:
    """Let the limits of completed tickets have passed, and open their follow-ups."""
    at = SystemClock().now()
    with city.application(home), transaction() as session:
        ids = [work.ticket_id for work in works]
        session.execute(update(Ticket).where(Ticket.ticket_id.in_(ids)).values(due_at=at))
        session.execute(
            update(Assignment).where(Assignment.ticket_id.in_(ids), Assignment.role == "lead").values(due_at=at)
        )
        units = reference(session, at)
        for ticket_id in ids:
            ticket = queries.lock_ticket(session, ticket_id)
            lead = queries.lead_in_force(session, ticket)
            assert lead is not None
            open_if_due(session, ticket, lead, reference=units, actor=city.ACTOR, at=at)


def _requests(
    server: Server, people: Cast, number: int, bodies: Iterator[dict[str, Any]], count: int
) -> Iterator[bytes]:
    token, unit_code = people.tokens[cast.OPERATOR][number], people.townships[number]
    for _ in range(count):
        yield intake_request(server, token, next(bodies) | {"kind": "complaint", "unit_code": unit_code})


def _last_id(home: Home) -> int:
    with home.connect() as connection:
        row = connection.execute("SELECT max(ticket_id) FROM ticket").fetchone()
        return int(str(row[0])) if row and row[0] else 0


def _sent(home: Home, people: Cast, after: int) -> list[list[Work]]:
    with city.application(home), transaction():
        return [_of_unit(current_session(), unit_id, after) for unit_id in people.unit_ids]


def _of_unit(session: Session, unit_id: int, after: int) -> list[Work]:
    query = (
        select(Ticket.ticket_no, Ticket.ticket_id, Ticket.limit_text)
        .where(Ticket.ticket_id > after, Ticket.unit_id == unit_id, Ticket.state == "dispatched")
        .order_by(Ticket.ticket_id)
    )
    rows = [(row.ticket_no, row.ticket_id, Limit.parse(row.limit_text).unit) for row in session.execute(query)]
    return [Work(ticket_no, ticket_id, f"1{unit}") for ticket_no, ticket_id, unit in rows if unit in DAYS]
