"""What another calendar moves: the due instants of open tickets, counted anew in batches (rules.md §1–2).

The preview and the real thing are one walk. Only what may have moved is read: open parts due on or after the first day that
changed. Each batch is one transaction of its caller's, so a run that was cut goes on where it ended: what has moved already
does not move again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from dispatch.calendars.moving import write
from dispatch.calendars.reckoning import PART_COLUMNS, TICKET_COLUMNS, Clocks, Counted, count_again
from dispatch.directory.snapshot import Reference
from dispatch.limits.calendar import Calendar
from dispatch.tickets.clock_models import Extension, Pause
from dispatch.tickets.models import Assignment, Dispute, Ticket

_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_OPEN = (
    Assignment.role.in_(("lead", "support", "handler")),
    Assignment.state.in_(("sent", "acknowledged", "disputed")),
)
_CANDIDATES = (
    select(Assignment.ticket_id)
    .where(*_OPEN, Assignment.due_at >= bindparam("since"), Assignment.ticket_id > bindparam("after"))
    .group_by(Assignment.ticket_id)
    .order_by(Assignment.ticket_id)
    .limit(bindparam("most"))
)
# Rows of columns, not mapped objects: a walk reads hundreds of thousands, and changes them by arrays.
_TICKETS = (
    select(*(Ticket.__table__.c[name] for name in TICKET_COLUMNS))
    .where(Ticket.ticket_id == _IDS, Ticket.is_imported.is_(False))
    .order_by(Ticket.ticket_id)
)
_PARTS = (
    select(*(Assignment.__table__.c[name] for name in PART_COLUMNS))
    .where(Assignment.ticket_id == _IDS, *_OPEN)
    .order_by(Assignment.ticket_id, Assignment.number)
)
_GRANTED = select(Extension.__table__).where(Extension.ticket_id == _IDS, Extension.state == "granted")
_PAUSES = select(Pause.__table__).where(Pause.ticket_id == _IDS).order_by(Pause.ticket_id, Pause.number)
_DISPUTES = select(Dispute.__table__).where(Dispute.ticket_id == _IDS, Dispute.ruled_at.is_(None))


class Moved(NamedTuple):
    """A ticket whose clocks move: its own promise and its parts', before and after. ``part`` 0: the promise."""

    ticket_id: int
    ticket_no: str
    unit_id: int | None
    part: int
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """How far the walk has come (the last ticket id, None: to the end), how many tickets it looked at and what moves."""

    after: int | None
    seen: int
    moved: list[Moved]


def since(changed: Sequence[date], calendar: Calendar) -> datetime:
    """From when on due instants may move: the midnight that begins the first day that changed."""
    return calendar.end_of(min(changed) - timedelta(days=1))


def candidates(session: Session, since: datetime, *, after: int, limit: int) -> list[int]:
    """The next tickets, by id, with an open part or an open dispute that may move."""
    rows = session.execute(_CANDIDATES, {"since": since, "after": after, "most": limit})
    return [row.ticket_id for row in rows]


def look(session: Session, ticket_ids: Sequence[int], reference: Reference, *, is_locked: bool) -> Iterator[Counted]:
    """Count these tickets again under ``reference``; only those that move come back."""
    ids = {"ids": list(ticket_ids)}
    tickets = session.execute(_TICKETS.with_for_update(of=Ticket) if is_locked else _TICKETS, ids).all()
    parts, granted, pauses, disputes = (
        _by_ticket(session.execute(query, ids)) for query in (_PARTS, _GRANTED, _PAUSES, _DISPUTES)
    )
    for ticket in tickets:
        key = ticket.ticket_id
        clocks = Clocks(ticket, parts.get(key, []), granted.get(key, []), pauses.get(key, []), disputes.get(key, []))
        counted = count_again(clocks, reference)
        if counted is not None:
            yield counted


def preview(session: Session, reference: Reference, since: datetime, *, after: int, limit: int) -> Batch:
    """One step of the preview: nothing is locked, nothing is changed."""
    ids = candidates(session, since, after=after, limit=limit)
    counted = look(session, ids, reference, is_locked=False)
    found = [moved for one in counted for moved in told(one)]
    return Batch(ids[-1] if len(ids) == limit else None, len(ids), found)


def move(
    session: Session,
    reference: Reference,
    since: datetime,
    *,
    after: int,
    limit: int,
    actor: str,
    at: datetime,
) -> Batch:
    """One step of the real thing: clocks, cards and one event per ticket, in the caller's transaction."""
    ids = candidates(session, since, after=after, limit=limit)
    found = [moved for one in move_these(session, reference, ids, actor=actor, at=at) for moved in told(one)]
    return Batch(ids[-1] if len(ids) == limit else None, len(ids), found)


def move_these(
    session: Session, reference: Reference, ticket_ids: Sequence[int], *, actor: str, at: datetime
) -> list[Counted]:
    """Clocks, cards and one event for each of these tickets that moves; returns what moved."""
    counted = list(look(session, ticket_ids, reference, is_locked=True))
    if counted:
        write(session, counted, actor=actor, at=at)
    return counted


def told(counted: Counted) -> list[Moved]:
    """The promise and the parts that move."""
    ticket = counted.clocks.ticket
    found = []
    if counted.due.at != ticket.due_at:
        found.append(Moved(ticket.ticket_id, ticket.ticket_no, ticket.unit_id, 0, ticket.due_at, counted.due.at))
    for part, clock in counted.parts:
        if clock.due_at != part.due_at:
            row = Moved(ticket.ticket_id, ticket.ticket_no, part.unit_id, part.number, part.due_at, clock.due_at)
            found.append(row)
    return found


def _by_ticket(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(row)
    return found
