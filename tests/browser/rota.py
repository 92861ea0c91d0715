"""Who is on duty in the small city: one street with a week ahead and two calls, another with nobody right now."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.queries import unit_id_by_code
from dispatch.directory.snapshot import reference
from dispatch.duty import queries, services
from dispatch.duty.calling import hear
from dispatch.duty.checks import NewShift
from dispatch.duty.tiling import in_turn, tile
from dispatch.kernel.events import Event
from dispatch.limits.policy import shipped_policy
from dispatch.tickets.models import Ticket

CHANGES = [time(8, 30), time(18)]
CALLING = ("new", "open")


def add_rota(session: Session, street: str, other: str, numbers: dict[str, str], at: datetime) -> None:
    """The street's rota around ``at``, the other one's from tomorrow on, and calls from the tickets named in ``CALLING``."""
    city = reference(session, at)
    ids = queries.account_ids(session, ["officer1", "officer2", "head1"])
    yesterday = at.astimezone(city.calendar.zone).date() - timedelta(days=1)
    turns = [(ids["officer1"], ids["head1"])]
    week = in_turn(tile(yesterday, 6, CHANGES, city.calendar.zone), turns, unit_id_by_code(session, street))
    later = NewShift(
        unit_id_by_code(session, other), at + timedelta(hours=20), at + timedelta(hours=30), ids["officer2"]
    )
    ahead = [*(shift for shift in week if shift.ends_at > at), later]
    services.enter(session, ahead, units=None, reference=city, actor="system:setup", at=at)
    dispatched = (
        select(Event)
        .join(Ticket, Ticket.ticket_id == Event.ticket_id)
        .where(Event.type == "ticket.dispatched", Ticket.ticket_no.in_([numbers[name] for name in CALLING]))
    )
    told = session.scalars(dispatched).all()
    hear(session, told, rules=shipped_policy().procedure.duty, reference=city, at=at - timedelta(minutes=7))
