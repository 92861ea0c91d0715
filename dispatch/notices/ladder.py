"""升级提醒: what becomes of a step of the ladder: a line in the inbox of each of those it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, UnitRef, reference
from dispatch.duty.calling import hear
from dispatch.kernel.events import Event
from dispatch.notices.models import Notice

LADDER = "ladder"
HEAD = "unit_head"


def tell_upwards(session: Session, event: Event, at: datetime) -> None:
    """Into the inbox of the unit (its head alone, where the step tells only that one), of its district, of the city."""
    city = reference(session, at)
    hear(session, event, rules=city.procedure.duty, at=at)
    unit = city.known[event.unit_code or ""]
    for receiver, role in _receivers(event.data["tell"], unit, city):
        row = {"unit_id": receiver.unit_id, "for_role": role, "kind": event.type, "at": event.at}
        key = {"ticket_id": event.ticket_id, "event_number": event.number}
        session.execute(pg_insert(Notice).values(**row, **key).on_conflict_do_nothing())


def _receivers(told: Sequence[str], unit: UnitRef, city: Reference) -> Iterator[tuple[UnitRef, str | None]]:
    if "unit_officer" in told or HEAD in told:
        yield unit, None if "unit_officer" in told else HEAD
    district = city.district_of(unit)
    if "district" in told and district is not None and district != unit:
        yield district, None
    root = next((one for one in city.lineage(unit) if one.kind == "city"), None)
    if "city" in told and root is not None:
        yield root, None
