"""What fills the blanks of a message when it is written down: units by name and local days, from codes and instants alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch.directory.snapshot import Reference
from dispatch.kernel.events import Event
from dispatch.notices.matters import Matters
from dispatch.notices.templates import Template
from dispatch.outcomes.grounds import decline_grounds


def values_for(event: Event, template: Template, *, matters: Matters, city: Reference) -> dict[str, str]:
    """The blanks that the template fills from the event or its ticket; those without a source that says something are missing."""
    found = {}
    for blank, sources in template.values.items():
        raw = next((fact for source in sources if (fact := _fact(event, source, matters)) is not None), None)
        if raw is not None:
            found[blank] = WRITTEN.get(blank, _plain)(raw, city)
    return found


def _fact(event: Event, source: str, matters: Matters) -> Any:
    """``name``: of the event's data; ``ticket.name``, ``survivor.name``: of the ticket as it stands, or of the one it went into."""
    where, _, name = source.rpartition(".")
    if not where:
        return event.data.get(name)
    ticket = matters.tickets[event.ticket_id]
    if where == "survivor" and ticket.merged_into_id is not None:
        ticket = matters.tickets[ticket.merged_into_id]
    return ticket.unit_id if name == "unit" else ticket.due_at


def unit_words(unit: Any, city: Reference) -> str:
    """A unit's name by its code or id; an unknown one says nothing."""
    known = city.by_id.get(unit) if isinstance(unit, int) else city.known.get(str(unit))
    return known.name if known else ""


def day_words(instant: Any, city: Reference) -> str:
    """``11月9日`` for a day or for its end, ``11月9日15:30`` for an instant within it."""
    if isinstance(instant, str) and len(instant) == len("2026-11-09"):
        return _day(date.fromisoformat(instant))
    when = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local = when.astimezone(city.calendar.zone)
    if local.time() == time():
        return _day(local.date() - timedelta(days=1))  # 24:00 of Tuesday belongs to Tuesday (rules.md §1)
    return f"{_day(local.date())}{local:%H:%M}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def ground_words(code: Any, _city: Reference) -> str:
    """Why a matter is not dispatched, as the regulation names it; an unknown ground says nothing."""
    known = decline_grounds().get(str(code))
    return known.name if known else ""


def _plain(value: Any, _city: Reference) -> str:
    return str(value)


WRITTEN: Mapping[str, Callable[[Any, Reference], str]] = {
    "unit": unit_words,
    "due": day_words,
    "until": day_words,
    "ground": ground_words,
}
