"""Moving due instants (rules.md §1–2): the same extension or pause moves the citizen's promise and the lead in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import NewEvent
from dispatch.limits.cards import yellow_at
from dispatch.limits.ladder import first_at
from dispatch.limits.rules import Limit, due_at
from dispatch.tickets import queries
from dispatch.tickets.clock_models import Extension, Pause
from dispatch.tickets.models import Assignment, Ticket

SUSPENSION, CITIZEN = "suspension", "citizen"

_PAUSES = select(Pause).where(Pause.ticket_id == bindparam("of_ticket")).order_by(Pause.number)
_RUNNING = _PAUSES.where(Pause.ended_at.is_(None))


def reckon(session: Session, ticket: Ticket, *, reference: Reference, actor: str, at: datetime) -> None:
    """Count the ticket's and its lead's due instants anew from their starts, with every extension granted and every pause."""
    session.flush()
    granted = session.scalars(
        select(Extension)
        .where(Extension.ticket_id == ticket.ticket_id, Extension.state == "granted")
        .order_by(Extension.decided_at, Extension.number)
    ).all()
    events.record(session, ticket, [moved(session, ticket, granted, reference=reference, actor=actor, at=at)])


def moved(
    session: Session, ticket: Ticket, granted: Sequence[Extension], *, reference: Reference, actor: str, at: datetime
) -> NewEvent:
    """The same for these extensions, in the order of their granting; the event is the caller's to record with its own."""
    pauses, lead = _pauses(session, ticket), queries.lead_in_force(session, ticket)
    before = ticket.due_at
    if ticket.dispatched_at is not None and ticket.limit_text is not None:
        extensions = [Limit.parse(one.amount) for one in granted]
        limit = Limit.parse(ticket.limit_text)
        calendar = reference.terms(ticket.dispatched_at).calendar
        due = due_at(ticket.dispatched_at, limit, calendar, extensions, pauses)
        ticket.due_at, ticket.is_due_provisional = due.at, due.provisional
    if lead is not None:
        own = [Limit.parse(one.amount) for one in granted if one.assignment_number == lead.number]
        reckon_assignment(lead, own, pauses, reference)
    ticket.changed_at = at
    data = {
        "ticket_due_at": instant(ticket.due_at) if ticket.due_at else None,
        "ticket_due_before": instant(before) if before else None,
        "assignment": lead.number if lead else None,
        "assignment_due_at": instant(lead.due_at) if lead and lead.due_at else None,
        "provisional": ticket.is_due_provisional,
    }
    return NewEvent("ticket.due_moved", at, actor, data=data)


def reckon_assignment(
    part: Assignment, extensions: Sequence[Limit], pauses: Sequence[tuple[datetime, datetime]], reference: Reference
) -> None:
    """One assignment's due instant, yellow instant and the next instant of the sweep."""
    if part.limit_text is None:
        return
    limit = Limit.parse(part.limit_text)
    policy, calendar = reference.terms(part.sent_at, part.unit_id)
    due = due_at(part.sent_at, limit, calendar, extensions, pauses)
    part.due_at, part.is_due_provisional = due.at, due.provisional
    part.yellow_at = yellow_at(part.sent_at, limit, due.at, calendar, policy.cards)
    steps = policy.ladder if part.role == "lead" else ()
    part.next_at = first_at(steps, part.sent_at, limit, due.at, part.yellow_at, calendar)


def pause(
    session: Session,
    ticket: Ticket,
    *,
    reason: str,
    until: datetime,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """Stop the clocks of the locked, dispatched ticket from ``at`` to ``until``; ``reason``: suspension or citizen."""
    if running(session, ticket) is not None:
        raise Conflict("pause.running", "本单正在挂账或等待诉求人补充，计时已经暂停。")
    number = len(_all(session, ticket)) + 1
    session.add(Pause(ticket_id=ticket.ticket_id, number=number, reason=reason, begins_at=at, ends_at=until))
    reckon(session, ticket, reference=reference, actor=actor, at=at)


def prolong(
    session: Session, ticket: Ticket, *, until: datetime, reference: Reference, actor: str, at: datetime
) -> None:
    """Move the end of the running pause."""
    standing = running(session, ticket)
    if standing is None:
        raise Conflict("pause.none_running", "计时没有暂停。")
    standing.ends_at = until
    reckon(session, ticket, reference=reference, actor=actor, at=at)


def resume(session: Session, ticket: Ticket, *, reference: Reference, actor: str, at: datetime) -> bool:
    """End the running pause at ``at``, or at its planned end where that came first; says whether one was running."""
    standing = running(session, ticket)
    if standing is None:
        return False
    standing.ended_at = min(at, standing.ends_at)
    reckon(session, ticket, reference=reference, actor=actor, at=at)
    return True


def go_on_standing(
    session: Session, ticket: Ticket, *, since: datetime, reference: Reference, actor: str, at: datetime
) -> None:
    """What ended the waiting for the citizen at ``since`` is undone: that pause goes on as if it had never ended."""
    session.flush()
    ended = session.scalars(
        select(Pause).where(Pause.ticket_id == ticket.ticket_id, Pause.reason == CITIZEN, Pause.ended_at == since)
    ).first()
    if ended is not None:
        ended.ended_at = None
        reckon(session, ticket, reference=reference, actor=actor, at=at)


def running(session: Session, ticket: Ticket) -> Pause | None:
    """The pause in which the ticket's clocks stand."""
    session.flush()
    return session.scalars(_RUNNING, {"of_ticket": ticket.ticket_id}).first()


def _pauses(session: Session, ticket: Ticket) -> list[tuple[datetime, datetime]]:
    spans = [(one.begins_at, one.ended_at or one.ends_at) for one in _all(session, ticket)]
    return [(begins, ends) for begins, ends in spans if ends > begins]


def _all(session: Session, ticket: Ticket) -> Sequence[Pause]:
    return session.scalars(_PAUSES, {"of_ticket": ticket.ticket_id}).all()
