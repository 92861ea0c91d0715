"""升级提醒: what becomes of a step of the ladder: a line in the inbox of each of those it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.kernel.events import Event

LADDER = "ladder"
REACHED = "ladder.reached"
HEAD = "unit_head"


def lines_upwards(event: Event, city: Reference) -> Iterator[tuple[int, str | None, str]]:
    """(unit, role, kind): for the unit (its head alone, where the step tells only that one), its district, the city."""
    unit = city.known[event.unit_code or ""]
    for receiver, role in _receivers(event.data["tell"], unit, city):
        yield receiver.unit_id, role, event.type


def _receivers(told: Sequence[str], unit: UnitRef, city: Reference) -> Iterator[tuple[UnitRef, str | None]]:
    if "unit_officer" in told or HEAD in told:
        yield unit, None if "unit_officer" in told else HEAD
    district = city.district_of(unit)
    if "district" in told and district is not None and district != unit:
        yield district, None
    root = next((one for one in city.lineage(unit) if one.kind == "city"), None)
    if "city" in told and root is not None:
        yield root, None
