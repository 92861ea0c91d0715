"""Writing what a new calendar moves: cards taken back, one event per ticket, new instants, a few statements per batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.calendars.reckoning import Counted
from dispatch.directory.bulk import copy_rows
from dispatch.kernel import events, outbox
from dispatch.kernel.arrays import arrays
from dispatch.kernel.canonical import instant
from dispatch.kernel.events import Event, NewEvent
from dispatch.kernel.rows import insert_all

MOVED = "ticket.due_moved"
EVENT_COLUMNS = tuple(column.name for column in Event.__table__.columns)

_WITHDRAW = text(
    "UPDATE card c SET withdrawn_at = :at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS smallint[]), CAST(:dues AS timestamptz[]),"
    " CAST(:yellows AS timestamptz[])) AS n(ticket_id, number, due_at, yellow_at)"
    " WHERE c.ticket_id = n.ticket_id AND c.assignment_number = n.number AND c.withdrawn_at IS NULL"
    " AND (n.due_at >= :at AND c.colour = 'red' OR n.yellow_at > :at AND c.colour = 'yellow')"
    " RETURNING c.ticket_id, c.colour"
)
_MOVE_TICKETS = text(
    "UPDATE ticket t SET due_at = n.due_at, is_due_provisional = n.provisional, event_count = n.count, head = n.head,"
    " changed_at = :at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:dues AS timestamptz[]), CAST(:provisionals AS boolean[]),"
    " CAST(:counts AS bigint[]), CAST(:heads AS bytea[])) AS n(ticket_id, due_at, provisional, count, head)"
    " WHERE t.ticket_id = n.ticket_id"
)
_MOVE_PARTS = text(
    "UPDATE assignment a SET due_at = n.due_at, is_due_provisional = n.provisional, yellow_at = n.yellow_at,"
    " next_at = n.next_at, acknowledge_due_at = n.sign_at, first_contact_due_at = n.contact_at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS smallint[]), CAST(:dues AS timestamptz[]),"
    " CAST(:provisionals AS boolean[]), CAST(:yellows AS timestamptz[]), CAST(:nexts AS timestamptz[]),"
    " CAST(:signs AS timestamptz[]), CAST(:contacts AS timestamptz[]))"
    " AS n(ticket_id, number, due_at, provisional, yellow_at, next_at, sign_at, contact_at)"
    " WHERE a.ticket_id = n.ticket_id AND a.number = n.number"
)
_MOVE_RULINGS = text(
    "UPDATE dispute d SET ruling_due_at = n.due_at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS smallint[]), CAST(:dues AS timestamptz[]))"
    " AS n(ticket_id, number, due_at) WHERE d.ticket_id = n.ticket_id AND d.number = n.number"
)


def write(session: Session, counted: Sequence[Counted], *, actor: str, at: datetime) -> None:
    """Write a batch of locked tickets that move."""
    withdrawn = _withdraw_cards(session, counted, at)
    _write_events(session, counted, withdrawn, actor=actor, at=at)
    _write_clocks(session, counted, at)


def _withdraw_cards(session: Session, counted: Sequence[Counted], at: datetime) -> dict[int, list[str]]:
    """A card of a limit that is no longer over is taken back, as with an extension: ticket id → colours."""
    later = [(part, clock) for one in counted for part, clock in one.parts if _is_later(part, clock.due_at)]
    if not later:
        return {}
    lists = arrays(
        {
            "ids": [part.ticket_id for part, _ in later],
            "numbers": [part.number for part, _ in later],
            "dues": [clock.due_at for _, clock in later],
            "yellows": [clock.yellow_at for _, clock in later],
        }
    )
    found: dict[int, list[str]] = {}
    for ticket_id, colour in session.execute(_WITHDRAW, lists | {"at": at}):
        found.setdefault(ticket_id, []).append(colour)
    return found


def _is_later(part: Any, due_at: datetime | None) -> bool:
    return part.due_at is not None and due_at is not None and due_at > part.due_at


def _write_events(
    session: Session, counted: Sequence[Counted], withdrawn: dict[int, list[str]], *, actor: str, at: datetime
) -> None:
    rows = []
    for one in counted:
        ticket = one.clocks.ticket
        data = _facts(one) | {"cards_withdrawn": sorted(withdrawn.get(ticket.ticket_id, ()))}
        said = NewEvent(MOVED, at, actor, data=data)
        (row,) = events.chain(ticket.ticket_id, [said], count=ticket.event_count, head=ticket.head)
        one.count, one.head = row["number"], row["hash"]
        rows.append(row)
    values = ([Jsonb(row[name]) if name == "data" else row[name] for name in EVENT_COLUMNS] for row in rows)
    copy_rows(session, Event.__tablename__, EVENT_COLUMNS, values)
    insert_all(session, [(outbox.Outbox, outbox.rows_for(rows))])


def _facts(one: Counted) -> dict[str, object]:
    ticket, lead = one.clocks.ticket, one.lead
    return {
        "because": "calendar",
        "ticket_due_at": instant(one.due.at) if one.due.at else None,
        "ticket_due_before": instant(ticket.due_at) if ticket.due_at else None,
        "assignment": lead[0].number if lead else None,
        "assignment_due_at": instant(lead[1].due_at) if lead and lead[1].due_at else None,
        "provisional": one.due.provisional,
        "parts": [
            {"assignment": part.number, "due_at": instant(clock.due_at) if clock.due_at else None}
            for part, clock in one.parts
        ],
    }


def _write_clocks(session: Session, counted: Sequence[Counted], at: datetime) -> None:
    lists = arrays(
        {
            "ids": [one.clocks.ticket.ticket_id for one in counted],
            "dues": [one.due.at for one in counted],
            "provisionals": [one.due.provisional for one in counted],
            "counts": [one.count for one in counted],
            "heads": [one.head for one in counted],
        }
    )
    session.execute(_MOVE_TICKETS, lists | {"at": at})
    parts = [(part, clock) for one in counted for part, clock in one.parts]
    lists = arrays(
        {
            "ids": [part.ticket_id for part, _ in parts],
            "numbers": [part.number for part, _ in parts],
            "dues": [clock.due_at for _, clock in parts],
            "provisionals": [clock.is_provisional for _, clock in parts],
            "yellows": [clock.yellow_at for _, clock in parts],
            "nexts": [clock.next_at for _, clock in parts],
            "signs": [clock.acknowledge_due_at for _, clock in parts],
            "contacts": [clock.first_contact_due_at for _, clock in parts],
        }
    )
    session.execute(_MOVE_PARTS, lists)
    rulings = [(dispute, due) for one in counted for dispute, due in one.rulings]
    if rulings:
        asked = {
            "ids": [dispute.ticket_id for dispute, _ in rulings],
            "numbers": [dispute.number for dispute, _ in rulings],
            "dues": [due for _, due in rulings],
        }
        session.execute(_MOVE_RULINGS, arrays(asked))
