"""What becomes of events: a line in the inbox of each unit that should know, a message to each caller. Runs at least once, shows once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, reference
from dispatch.duty.calling import hear
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import consumer_of_many
from dispatch.kernel.rows import insert_all
from dispatch.notices.citizens import CITIZENS, tell_citizens, told_events
from dispatch.notices.ladder import LADDER, REACHED, lines_upwards
from dispatch.notices.models import Notice

INBOX = "inbox"
COPIED = "ticket.copied"

consumer_of_many(CITIZENS, *told_events())(tell_citizens)


@consumer_of_many(LADDER, REACHED)
@consumer_of_many(
    INBOX,
    "ticket.dispatched",
    "ticket.urged",
    "card.issued",
    "card.withdrawn",
    "dispute.ruled",
    "dispute.consulted",
    "follow_up.opened",
    "order.issued",
    "order.returned",
    "supplement.given",
    "support.asked",
    "hop.passed",
)
def tell_units(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Put each event into the inboxes of those it concerns, in this order, and call whoever is on duty, in the same effect:
    most events concern units without a rota.
    """
    city = reference(session, at)
    hear(session, events, rules=city.procedure.duty, reference=city, at=at)
    rows = [_row(event, *line) for event in events for line in _lines(event, city)]
    insert_all(session, [(Notice, rows)], keep_old=True)


def _lines(event: Event, city: Reference) -> Iterator[tuple[int, str | None, str]]:
    """(unit, role or None for everybody there, kind): the unit, the districts that get a dispatch's copy, the units consulted."""
    if event.type == REACHED:
        yield from lines_upwards(event, city)
        return
    copies = event.data.get("copies", [])
    consulted = event.data["units"] if event.type == "dispute.consulted" else []
    for code in dict.fromkeys((event.unit_code, *copies, *consulted)):
        if code in city.known:
            kind = COPIED if code in copies and code != event.unit_code else event.type
            yield city.known[code].unit_id, None, kind


def _row(event: Event, unit_id: int, role: str | None, kind: str) -> dict[str, Any]:
    key = {"ticket_id": event.ticket_id, "event_number": event.number}
    return {"unit_id": unit_id, "for_role": role, "kind": kind, "at": event.at} | key
