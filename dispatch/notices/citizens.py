"""The consumer that turns events into messages to every caller of the ticket. What for and with which words is data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel.events import Event, asked_for
from dispatch.notices.facts import values_for
from dispatch.notices.matters import Caller, Matters, matters_of
from dispatch.notices.messages import Draft, queue_messages
from dispatch.notices.templates import Template, templates
from dispatch.notices.wordings import templates_at

CITIZENS = "citizens"

DISPATCHED = "ticket.dispatched"
PROGRESSED = "incident.progressed"

Leads = Mapping[tuple[int, int], str | None]

_ASKED = asked_for("asked")
_EARLIER = (
    select(_ASKED.c.ticket_id, _ASKED.c.number, Event.data["lead"].astext.label("lead"))
    .join(Event, and_(Event.ticket_id == _ASKED.c.ticket_id, Event.number < _ASKED.c.number))
    .where(Event.type == DISPATCHED)
    .order_by(_ASKED.c.ticket_id, _ASKED.c.number, Event.number.desc())
    .ext(distinct_on(_ASKED.c.ticket_id, _ASKED.c.number))
)


def told_events() -> list[str]:
    """The event types that the data name."""
    return sorted({template.event for template in templates().values()})


def tell_citizens(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Queue what these events mean for those who called; running twice queues nothing new."""
    told = _told(session, events, at)
    if not told:
        return
    city = reference(session, at)
    matters = matters_of(session, {event.ticket_id for event, _ in told})
    drafts = [
        Draft(event.ticket_id, event.number, caller, template, values)
        for event, template in told
        for values in (values_for(event, template, matters=matters, city=city),)
        for caller in _listeners(event, matters)
    ]
    queue_messages(session, drafts, matters=matters, at=at)


def _told(session: Session, events: Sequence[Event], at: datetime) -> list[tuple[Event, Template]]:
    """What is told of each event in the words in force, those left out whose condition does not hold."""
    worded = templates_at(session, at).values()
    possible = [(event, template) for event in events for template in worded if template.event == event.type]
    leads = _previous_leads(session, [event for event, template in possible if template.when])
    return [(event, template) for event, template in possible if CONDITIONS[template.when](event, leads)]


def _listeners(event: Event, matters: Matters) -> list[Caller | None]:
    if event.type == PROGRESSED and "incident" in event.data:
        return matters.hearing(event.ticket_id, event.data["incident"])
    return matters.callers(event.ticket_id)


def _previous_leads(session: Session, events: Sequence[Event]) -> Leads:
    """(ticket, number) of an event → whom the last dispatch before it made the lead; missing where there was none."""
    if not events:
        return {}
    values = {"ticket_ids": [event.ticket_id for event in events], "numbers": [event.number for event in events]}
    rows = session.connection().execute(_EARLIER, values)
    return {(row.ticket_id, row.number): row.lead for row in rows}


def _always(_event: Event, _leads: Leads) -> bool:
    return True


def _first(event: Event, leads: Leads) -> bool:
    return leads.get((event.ticket_id, event.number)) is None


def _other_unit(event: Event, leads: Leads) -> bool:
    return leads.get((event.ticket_id, event.number)) not in (None, event.data["lead"])


CONDITIONS: Mapping[str, Callable[[Event, Leads], bool]] = {"": _always, "first": _first, "other_unit": _other_unit}
