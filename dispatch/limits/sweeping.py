"""Assignments that have come due, many at once: locked in one statement, read in one, reckoned in Python, written in a few.

Where a ticket needs what the batch has no way for, or fails in it, it goes the plain way (stepping.py), which says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups import opening_many
from dispatch.kernel.logging import get_logger
from dispatch.limits import sweep_rows
from dispatch.limits.agenda import agenda, come_due, is_asked_about, is_over, next_at
from dispatch.limits.stepping import FAILURES, is_lost, step_each
from dispatch.limits.sweep_rows import Swept, SweptPart
from dispatch.tickets.clock_models import Extension
from dispatch.tickets.models import Assignment, Ticket

TICKET_COLUMNS = (
    *(
        "ticket_id",
        "ticket_no",
        "kind",
        "urgency",
        "state",
        "voice_id",
        "round",
        "previous_ticket_id",
        "merged_into_id",
    ),
    *("event_count", "head"),
)
PART_COLUMNS = (
    *("ticket_id", "number", "round", "role", "unit_id", "state", "sent_at", "limit_text", "due_at", "yellow_at"),
    *("completed_at", "withdrawn_at"),
)
_IS_DUE = (Assignment.next_at.is_not(None), Assignment.next_at <= bindparam("at"))
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
# A ticket once per part that is due. The limit counts what could be locked: many sweeps at once take each others' next ones.
_LOCK = (
    select(*(Ticket.__table__.c[name] for name in TICKET_COLUMNS))
    .join(Assignment, Assignment.ticket_id == Ticket.ticket_id)
    .where(*_IS_DUE)
    .order_by(Assignment.next_at)
    .limit(bindparam("most"))
    .with_for_update(of=Ticket, skip_locked=True)
)
# Read after the lock: another sweep may have been at it between the search and the lock.
_PARTS = (
    select(*(Assignment.__table__.c[name] for name in PART_COLUMNS))
    .where(Assignment.ticket_id == _IDS, *_IS_DUE)
    .order_by(Assignment.ticket_id, Assignment.number)
)
_ASKED = select(Extension.ticket_id).where(Extension.ticket_id == _IDS, Extension.state == "asked")

Due = tuple[Any, list[Any]]  # a locked ticket's row, and those of its parts that are due

log = get_logger(__name__)


def step_assignments(session: Session, at: datetime, reference: Reference, *, limit: int, singly: int) -> int:
    """Do what is due at ``at`` on at most ``limit`` assignments, of which ``singly`` the plain way.

    Returns how many it locked; ``limit`` where it left some for the next transaction.
    """
    session.flush()
    locked = session.execute(_LOCK, {"at": at, "most": limit}).all()
    tickets = {row.ticket_id: row for row in locked}
    parts: dict[int, list[Any]] = {}
    for part in session.execute(_PARTS, {"ids": list(tickets), "at": at}):
        parts.setdefault(part.ticket_id, []).append(part)
    due = [(tickets[ticket_id], of_ticket) for ticket_id, of_ticket in parts.items()]
    swept, others = _reckon(session, due, at, reference)
    left = others + _write(session, swept, at, reference)
    keys = [(part.ticket_id, part.number) for _, of_ticket in left for part in of_ticket]
    step_each(session, keys[:singly], at, reference)
    return limit if len(keys) > singly else len(locked)


def _reckon(session: Session, due: Sequence[Due], at: datetime, reference: Reference) -> tuple[list[Swept], list[Due]]:
    """What has come due on each ticket; and the tickets that the batch leaves."""
    over = [ticket.ticket_id for ticket, parts in due if any(is_over(part, at) for part in parts)]
    standings = opening_many.standings(session, over) if over else {}
    asking = set(session.scalars(_ASKED, {"ids": over})) if over else set()
    swept, left = [], []
    for ticket, parts in due:
        standing = standings.get(ticket.ticket_id, set())
        if ticket.ticket_id in asking or standing & opening_many.SINGLY:
            left.append((ticket, parts))
            continue
        try:
            swept.append(_reckon_one(ticket, parts, standing, at, reference))
        except FAILURES:
            left.append((ticket, parts))  # it fails again by itself, which is logged
    return swept, left


def _reckon_one(ticket: Any, parts: Iterable[Any], standing: set[str], at: datetime, reference: Reference) -> Swept:
    one = Swept(ticket)
    for part in parts:
        items = agenda(part, reference)
        opens = None
        if is_over(part, at) and is_asked_about(part, ticket.round):
            opens = opening_many.opening(ticket, part, standing, one.opening, reference=reference, at=at)
        todo = come_due(part, items, at, ticket_state=ticket.state)
        one.parts.append(SweptPart(part, todo, opens, next_at(part, items, at)))
    return one


def _write(session: Session, swept: Sequence[Swept], at: datetime, reference: Reference) -> list[Due]:
    """Write them in a savepoint; what the database refuses is halved until the bad ticket is found, which comes back."""
    if not swept:
        return []
    try:
        with session.begin_nested():
            sweep_rows.write(session, swept, at, reference)
        return []
    except FAILURES as error:
        if is_lost(error):
            raise
        log.warning("sweep.halved", tickets=len(swept), error=type(error).__name__)
    if len(swept) == 1:
        return [(one.ticket, [part.row for part in one.parts]) for one in swept]
    half = len(swept) // 2
    return [left for some in (swept[:half], swept[half:]) for left in _write(session, some, at, reference)]
