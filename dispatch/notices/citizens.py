"""The consumer that turns events into messages to every caller of the ticket. What for and with which words is data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.kernel.events import Event
from dispatch.notices.facts import values_for
from dispatch.notices.messages import queue_message
from dispatch.notices.queries import voices_hearing, voices_of
from dispatch.notices.templates import templates, templates_of

CITIZENS = "citizens"

DISPATCHED = "ticket.dispatched"
PROGRESSED = "incident.progressed"


def told_events() -> list[str]:
    """The event types that the data name."""
    return sorted({template.event for template in templates().values()})


def tell_citizens(session: Session, event: Event, at: datetime) -> None:
    """Queue what this event means for those who called; running twice queues nothing new."""
    for template in templates_of(event.type):
        if not CONDITIONS[template.when](session, event):
            continue
        values = values_for(session, event, template, at=at)
        for voice_id in _listeners(session, event):
            queue_message(
                session,
                ticket_id=event.ticket_id,
                event_number=event.number,
                voice_id=voice_id,
                template=template.name,
                values=values,
                at=at,
            )


def _listeners(session: Session, event: Event) -> list[int | None]:
    if event.type == PROGRESSED and "incident" in event.data:
        return voices_hearing(session, event.ticket_id, event.data["incident"])
    return voices_of(session, event.ticket_id)


def _previous_lead(session: Session, event: Event) -> str | None:
    earlier = (
        select(Event.data["lead"].astext)
        .where(Event.ticket_id == event.ticket_id, Event.type == DISPATCHED, Event.number < event.number)
        .order_by(Event.number.desc())
        .limit(1)
    )
    return session.scalar(earlier)


def _always(_session: Session, _event: Event) -> bool:
    return True


def _first(session: Session, event: Event) -> bool:
    return _previous_lead(session, event) is None


def _other_unit(session: Session, event: Event) -> bool:
    return _previous_lead(session, event) not in (None, event.data["lead"])


CONDITIONS: Mapping[str, Callable[[Session, Event], bool]] = {"": _always, "first": _first, "other_unit": _other_unit}
