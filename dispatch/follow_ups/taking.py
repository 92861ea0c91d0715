"""An agent takes a follow-up, so that no two call one person; whoever forgets it loses it after a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups import queries
from dispatch.follow_ups.handling import require_not_handler, require_not_taken
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel import events
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, NotFound
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket

CANDIDATES = 20  # looked at for one that nobody holds; more agents than that never reach for the same row at once


def follow_up_of(session: Session, ticket: Ticket) -> FollowUp:
    """The follow-up of the locked ticket's round. Raises 404 ``follow_up.unknown`` before it has opened."""
    follow_up = session.get(FollowUp, (ticket.ticket_id, ticket.round), populate_existing=True)
    if follow_up is None:
        raise NotFound("follow_up.unknown", "这张工单还没有到回访的时候。")
    return follow_up


def take(session: Session, ticket_id: int, *, reference: Reference, actor: str, at: datetime) -> FollowUp:
    """接下回访: it is this agent's for the policy's minutes."""
    return _take(session, lock_ticket(session, ticket_id), reference=reference, actor=actor, at=at)


def take_next(session: Session, *, reference: Reference, actor: str, at: datetime) -> Ticket | None:
    """接下一张: the first in line that nobody holds; agents who ask at once get different ones. None: nothing waits."""
    held_before = at - reference.procedure.follow_up.taken_for
    rows = queries.queue(session, at=at, limit=CANDIDATES, agent=actor, held_before=held_before)
    for row in sorted(rows, key=lambda row: row.FollowUp.taken_by != actor):
        ticket_id = row.Ticket.ticket_id
        ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
        if ticket is None:
            continue
        try:
            _take(session, ticket, reference=reference, actor=actor, at=at)
        except Conflict:
            continue  # another agent was quicker between the look and the lock
        return ticket
    return None


def release(session: Session, ticket_id: int, *, actor: str, at: datetime) -> FollowUp:
    """放回: back in line at its old place."""
    ticket = lock_ticket(session, ticket_id)
    follow_up = follow_up_of(session, ticket)
    if follow_up.taken_by != actor:
        raise Conflict("follow_up.not_yours", "这张工单的回访不在您手上。")
    follow_up.taken_by = follow_up.taken_at = None
    ticket.changed_at = at
    events.record(session, ticket, [NewEvent("follow_up.released", at, actor, None, {"round": follow_up.round})])
    return follow_up


def _take(session: Session, ticket: Ticket, *, reference: Reference, actor: str, at: datetime) -> FollowUp:
    follow_up = follow_up_of(session, ticket)
    if follow_up.state not in queries.WAITING:
        raise Conflict("follow_up.ended", "这张工单的回访已经结束。", state=follow_up.state)
    require_not_handler(session, ticket.ticket_id, actor)
    require_not_taken(follow_up, actor, reference=reference, at=at)
    follow_up.taken_by, follow_up.taken_at, ticket.changed_at = actor, at, at
    until = at + reference.procedure.follow_up.taken_for
    data = {"round": follow_up.round, "until": instant(until)}
    events.record(session, ticket, [NewEvent("follow_up.assigned", at, actor, None, data)])
    return follow_up
