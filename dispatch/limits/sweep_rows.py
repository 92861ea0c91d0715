"""Writing what has come due in a batch of locked tickets: cards, steps, follow-ups, events, new instants; a statement for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.directory.bulk import copy_rows
from dispatch.directory.snapshot import Reference
from dispatch.follow_ups import opening_many
from dispatch.follow_ups.opening import opened
from dispatch.follow_ups.opening_many import Opening
from dispatch.kernel import events, outbox
from dispatch.kernel.arrays import arrays
from dispatch.kernel.events import Event, NewEvent
from dispatch.kernel.rows import insert_all
from dispatch.limits.agenda import ACTOR, Item, event_of
from dispatch.limits.ladder import LadderStep

_EVENT_COLUMNS = tuple(column.name for column in Event.__table__.columns)
_OUTBOX_COLUMNS = tuple(column.name for column in outbox.Outbox.__table__.columns if column.name != "outbox_id")
_WORTH_COPYING = 50  # rows: fewer are quicker in one pipeline than by COPY
_ARRAYS = (
    " SELECT n.ticket_id, n.number, n.what, n.due_at, n.unit_id, n.should_at, :at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS smallint[]), CAST(:whats AS text[]),"
    " CAST(:dues AS timestamptz[]), CAST(:units AS bigint[]), CAST(:moments AS timestamptz[]))"
    " AS n(ticket_id, number, what, due_at, unit_id, should_at)"
    " ON CONFLICT DO NOTHING"
)
_CARDS = text(
    "INSERT INTO card (ticket_id, assignment_number, colour, due_at, unit_id, should_at, issued_at)"
    + _ARRAYS
    + " RETURNING ticket_id, assignment_number, colour"
)
_STEPS = text(
    "INSERT INTO ladder_step (ticket_id, assignment_number, step, due_at, unit_id, should_at, told_at)"
    + _ARRAYS
    + " RETURNING ticket_id, assignment_number, step"
)
_TICKETS = text(
    "UPDATE ticket t SET event_count = n.count, head = n.head,"
    " changed_at = CASE WHEN n.charged IS NULL THEN t.changed_at ELSE :at END,"
    " follow_up_opened_at = CASE WHEN n.charged IS NULL OR t.round > 1 THEN t.follow_up_opened_at ELSE :at END,"
    " charged_unit_id = CASE WHEN n.charged IS NULL OR t.round > 1 THEN t.charged_unit_id ELSE n.charged END"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:counts AS bigint[]), CAST(:heads AS bytea[]), CAST(:charged AS bigint[]))"
    " AS n(ticket_id, count, head, charged) WHERE t.ticket_id = n.ticket_id"
)
_NEXT = text(
    "UPDATE assignment a SET next_at = n.next_at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS smallint[]), CAST(:nexts AS timestamptz[]))"
    " AS n(ticket_id, number, next_at) WHERE a.ticket_id = n.ticket_id AND a.number = n.number"
)

Key = tuple[int, int, str]  # ticket, assignment, colour or step: of one due instant, the one in force


class SweptPart(NamedTuple):
    """A part's row, what has come due on it, the follow-up that opens about it, when the sweep looks again."""

    row: Any
    items: list[Item]
    opening: Opening | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Swept:
    """A locked ticket's row and its parts that are due, by number."""

    ticket: Any
    parts: list[SweptPart] = field(default_factory=list)

    @property
    def opening(self) -> Opening | None:
        """The follow-up that opens."""
        return next((part.opening for part in self.parts if part.opening is not None), None)


def write(session: Session, swept: Sequence[Swept], at: datetime, reference: Reference) -> None:
    """Write a batch, in the caller's transaction."""
    new = _insert(session, _CARDS, swept, at, is_step=False) | _insert(session, _STEPS, swept, at, is_step=True)
    openings = [one.opening for one in swept if one.opening is not None]
    if openings:
        opening_many.write(session, openings, at)
    rows = {one.ticket.ticket_id: _chain(one, new, at, reference) for one in swept}
    _write_events(session, [row for of_ticket in rows.values() for row in of_ticket])
    _move_tickets(session, [one for one in swept if rows[one.ticket.ticket_id]], rows, at)
    parts = [part for one in swept for part in one.parts]
    asked = {"ids": [part.row.ticket_id for part in parts], "numbers": [part.row.number for part in parts]}
    session.execute(_NEXT, arrays(asked | {"nexts": [part.next_at for part in parts]}))


def _insert(session: Session, statement: Any, swept: Iterable[Swept], at: datetime, *, is_step: bool) -> set[Key]:
    """The cards or the steps; which of them are new and no earlier sweep's."""
    found = [
        (part.row, item)
        for one in swept
        for part in one.parts
        for item in part.items
        if isinstance(item.what, LadderStep) == is_step
    ]
    if not found:
        return set()
    lists = {
        "ids": [part.ticket_id for part, _ in found],
        "numbers": [part.number for part, _ in found],
        "whats": [_name(item) for _, item in found],
        "dues": [part.due_at for part, _ in found],
        "units": [part.unit_id for part, _ in found],
        "moments": [item.at for _, item in found],
    }
    rows = session.execute(statement, arrays(lists) | {"at": at})
    return {(ticket_id, number, what) for ticket_id, number, what in rows}


def _name(item: Item) -> str:
    return item.what.name if isinstance(item.what, LadderStep) else item.what


def _chain(one: Swept, new: set[Key], at: datetime, reference: Reference) -> list[dict[str, Any]]:
    """The ticket's event rows, in the order in which the plain way records them."""
    said = list(_said(one, new, at, reference))
    return events.chain(one.ticket.ticket_id, said, count=one.ticket.event_count, head=one.ticket.head)


def _said(one: Swept, new: set[Key], at: datetime, reference: Reference) -> Iterator[NewEvent]:
    for part in one.parts:
        for item in part.items:
            if (part.row.ticket_id, part.row.number, _name(item)) in new:
                yield event_of(part.row, item, at, reference)
        if part.opening is not None:
            charged = reference.by_id[part.opening.charged_unit_id].code
            yield from opened(part.opening, charged=charged, number=part.row.number, actor=ACTOR, at=at)


def _write_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    told = outbox.rows_for(rows)
    if len(rows) < _WORTH_COPYING:
        insert_all(session, [(Event, rows), (outbox.Outbox, told)])
        return
    values = ([Jsonb(row[name]) if name == "data" else row[name] for name in _EVENT_COLUMNS] for row in rows)
    copy_rows(session, Event.__tablename__, _EVENT_COLUMNS, values)
    due = ([row[name] for name in _OUTBOX_COLUMNS] for row in told)
    copy_rows(session, outbox.Outbox.__tablename__, _OUTBOX_COLUMNS, due)


def _move_tickets(
    session: Session, moved: Sequence[Swept], rows: dict[int, list[dict[str, Any]]], at: datetime
) -> None:
    if not moved:
        return
    last = [rows[one.ticket.ticket_id][-1] for one in moved]
    lists = {
        "ids": [one.ticket.ticket_id for one in moved],
        "counts": [row["number"] for row in last],
        "heads": [row["hash"] for row in last],
        "charged": [one.opening.charged_unit_id if one.opening is not None else None for one in moved],
    }
    session.execute(_TICKETS, arrays(lists) | {"at": at})
