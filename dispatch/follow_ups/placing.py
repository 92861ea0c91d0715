"""Where a follow-up stands in line, and whether its caller is called or gets a link first: both by the policy's data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.canonical import instant
from dispatch.kernel.events import Event, NewEvent
from dispatch.tickets.models import Ticket

PHONE, LINK = "phone", "link"


class Place(NamedTuple):
    """The way first tried, the first instant at which an agent may call, and the place in the queue."""

    channel: str
    next_attempt_at: datetime
    queue_at: datetime


class Placed(Protocol):
    """A follow-up that has its place, as a mapped object or as a row."""

    @property
    def round(self) -> int:
        """The ticket's round."""

    @property
    def channel(self) -> str | None:
        """Phone or link."""

    @property
    def next_attempt_at(self) -> datetime:
        """When an agent may call."""


def put_in_line(session: Session, ticket: Ticket, follow_up: FollowUp, *, reference: Reference, at: datetime) -> None:
    """Give an opening follow-up its place, its way and the first instant at which an agent may call."""
    place = place_of(ticket, is_repeated=_is_repeated(session, ticket), reference=reference, at=at)
    follow_up.channel, follow_up.next_attempt_at, follow_up.queue_at = place
    follow_up.taken_by = follow_up.taken_at = None


def place_of(ticket: Any, *, is_repeated: bool, reference: Reference, at: datetime) -> Place:
    """By the policy's data and the facts of ``ticket``, a mapped object or a row."""
    rules = reference.procedure.follow_up
    is_by_phone = _is_by_phone(ticket, reference)
    wait = timedelta() if is_by_phone else timedelta(days=rules.link_wait_days)
    head_start = rules.head_start(_causes(ticket, is_repeated=is_repeated))
    return Place(PHONE if is_by_phone else LINK, at + wait, at - head_start)


def invitation(follow_up: Placed, *, actor: str, at: datetime) -> list[NewEvent]:
    """The event by which the caller's link is sent; nothing for those who are called."""
    if follow_up.channel != LINK:
        return []
    data = {"round": follow_up.round, "until": instant(follow_up.next_attempt_at)}
    return [NewEvent("follow_up.invited", at, actor, None, data)]


def _is_by_phone(ticket: Any, reference: Reference) -> bool:
    """By the policy's sample; a caller who left no number gets no link either."""
    if ticket.voice_id is None:
        return True
    rules = reference.procedure.follow_up
    return rules.is_by_phone(ticket.ticket_no, ticket.round, kind=ticket.kind, urgency=ticket.urgency)


def _causes(ticket: Any, *, is_repeated: bool) -> set[str]:
    """Why this follow-up goes before others that opened at the same time."""
    causes = {ticket.urgency} & {"urgent", "critical"}
    if ticket.round > 1:
        causes.add("redo")
    if is_repeated or _is_voice(ticket):
        causes.add("repeated")
    return causes


def _is_voice(ticket: Any) -> bool:
    """Whether the ticket itself says that its matter was called about before."""
    return ticket.previous_ticket_id is not None or ticket.merged_into_id is not None


def _is_repeated(session: Session, ticket: Ticket) -> bool:
    absorbed = exists().where(Event.ticket_id == ticket.ticket_id, Event.type == "ticket.absorbed")
    return _is_voice(ticket) or bool(session.scalar(select(absorbed)))
