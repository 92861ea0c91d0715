"""What becomes of events: a line in the inbox of each unit that should know, a message to each caller. Runs at least once, shows once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.directory.snapshot import reference
from dispatch.duty.calling import hear
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import consumer
from dispatch.notices.citizens import CITIZENS, tell_citizens, told_events
from dispatch.notices.ladder import LADDER, tell_upwards
from dispatch.notices.models import Notice

INBOX = "inbox"

consumer(CITIZENS, *told_events())(tell_citizens)
consumer(LADDER, "ladder.reached")(tell_upwards)


@consumer(
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
def tell_units(session: Session, event: Event, at: datetime) -> None:
    """Put the event into the inbox of the unit it concerns, of the districts that get a dispatch's copy, of the units consulted;
    and call whoever is on duty, in the same effect: most events concern units without a rota.
    """
    hear(session, event, rules=reference(session, at).procedure.duty, at=at)
    codes = [event.unit_code] if event.unit_code else []
    copies = event.data.get("copies", [])
    codes += copies
    codes += event.data["units"] if event.type == "dispute.consulted" else []
    units = session.execute(select(Unit.unit_id, Unit.code).where(Unit.code.in_(codes))).all()
    for unit_id, code in units:
        kind = "ticket.copied" if code in copies and code != event.unit_code else event.type
        session.execute(
            pg_insert(Notice)
            .values(unit_id=unit_id, ticket_id=event.ticket_id, event_number=event.number, kind=kind, at=event.at)
            .on_conflict_do_nothing()
        )
