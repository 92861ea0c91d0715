"""Where a follow-up stands in line, and whether its caller is called or gets a link first: both by the policy's data."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.canonical import instant
from dispatch.kernel.events import Event, NewEvent
from dispatch.tickets.models import Ticket

PHONE, LINK = "phone", "link"


def put_in_line(session: Session, ticket: Ticket, follow_up: FollowUp, *, reference: Reference, at: datetime) -> None:
    """Give an opening follow-up its place, its way and the first instant at which an agent may call."""
    rules = reference.procedure.follow_up
    is_by_phone = _is_by_phone(ticket, reference)
    wait = timedelta() if is_by_phone else timedelta(days=rules.link_wait_days)
    follow_up.channel = PHONE if is_by_phone else LINK
    follow_up.next_attempt_at = at + wait
    follow_up.queue_at = at - rules.head_start(_causes(session, ticket))
    follow_up.taken_by = follow_up.taken_at = None


def invitation(follow_up: FollowUp, *, actor: str, at: datetime) -> list[NewEvent]:
    """The event by which the caller's link is sent; nothing for those who are called."""
    if follow_up.channel != LINK:
        return []
    data = {"round": follow_up.round, "until": instant(follow_up.next_attempt_at)}
    return [NewEvent("follow_up.invited", at, actor, None, data)]


def _is_by_phone(ticket: Ticket, reference: Reference) -> bool:
    """By the policy's sample; a caller who left no number gets no link either."""
    if ticket.voice_id is None:
        return True
    rules = reference.procedure.follow_up
    return rules.is_by_phone(ticket.ticket_no, ticket.round, kind=ticket.kind, urgency=ticket.urgency)


def _causes(session: Session, ticket: Ticket) -> set[str]:
    """Why this follow-up goes before others that opened at the same time."""
    causes = {ticket.urgency} & {"urgent", "critical"}
    if ticket.round > 1:
        causes.add("redo")
    absorbed = exists().where(Event.ticket_id == ticket.ticket_id, Event.type == "ticket.absorbed")
    is_voice = ticket.previous_ticket_id is not None or ticket.merged_into_id is not None
    if is_voice or session.scalar(select(absorbed)):
        causes.add("repeated")
    return causes
