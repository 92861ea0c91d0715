"""The sweep: what is due is found by the index on the next instant at which anything happens, never by scanning open tickets.

Idempotent and safe for many at once: whatever is due is locked by its ticket (the order every verb uses) and looked at anew.
Cards, ladders and follow-ups go by batches (sweeping.py), the rarer things ticket by ticket.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.limits.agenda import ACTOR
from dispatch.limits.stepping import alone
from dispatch.limits.sweeping import step_assignments
from dispatch.outcomes import supplements
from dispatch.outcomes.models import Supplement
from dispatch.tickets import clock, disputing, queries, suspending
from dispatch.tickets.clock_models import Pause
from dispatch.tickets.models import Assignment, Dispute, Ticket

# What the sweep looks for, by the column that says when, in the order in which it is done.
_SUPPLEMENTS = (Supplement.until, Supplement.ended_at.is_(None))
_PAUSES = (Pause.ends_at, Pause.ended_at.is_(None))
_RULINGS = (Dispute.ruling_due_at, Dispute.ruled_at.is_(None))
_STEPS = (Assignment.next_at, Assignment.next_at.is_not(None))


def _firsts(*, is_bounded: bool) -> Select[Any]:
    """The first instant of each kind, by its index, in one question; bounded: up to ``until``, nothing where none is due."""
    asked = []
    for column, is_open in (_SUPPLEMENTS, _PAUSES, _RULINGS, _STEPS):
        first = select(func.min(column)).where(is_open)
        asked.append((first.where(column <= bindparam("until")) if is_bounded else first).scalar_subquery())
    return cast(Select[Any], select(*asked))


_FIRSTS, _FIRSTS_DUE = _firsts(is_bounded=False), _firsts(is_bounded=True)


def next_instant(session: Session) -> datetime | None:
    """The next instant at which the sweep has something to do: how far a simulated clock may jump."""
    waiting, resuming, ruling, stepping = session.execute(_FIRSTS).one()
    after_ruling = (
        ruling + datetime.resolution if ruling is not None else None
    )  # at the instant itself people may still rule
    known = [moment for moment in (waiting, resuming, after_ruling, stepping) if moment is not None]
    return min(known) if known else None


def sweep(session: Session, at: datetime, *, reference: Reference, limit: int, singly: int | None = None) -> int:
    """Do what is due at ``at``: cards, ladders, follow-ups, ends of waiting and pauses, rulings by silence.

    ``limit``: how many assignments at most in this transaction. ``singly``: of what goes ticket by ticket (None: as many).
    Returns how many it looked at; ``limit`` or more where more may be due.
    """
    few = limit if singly is None else min(limit, singly)
    works = (_lapse_supplements, _end_pauses, _rule_by_silence)
    *rare, stepping = session.execute(_FIRSTS_DUE, {"until": at}).one()
    seen = 0
    for first, work in zip(rare, works, strict=True):
        if first is not None or seen:
            found = work(session, at, reference, few)
            seen += limit if found == few else found
    if stepping is not None or seen:  # what ended just now may have made assignments due
        seen += step_assignments(session, at, reference, limit=limit, singly=few)
    return seen


def _lapse_supplements(session: Session, at: datetime, reference: Reference, limit: int) -> int:
    """Citizens who did not give the missing facts in time: their tickets go on."""
    waiting = supplements.due(session, at, limit=limit)
    for ticket_id in waiting:
        with alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            if ticket is not None:
                supplements.lapse(session, ticket, reference=reference, at=at)
    return len(waiting)


def _end_pauses(session: Session, at: datetime, reference: Reference, limit: int) -> int:
    """Pauses whose end has come: a suspension that nobody reviewed, a reporter who did not answer."""
    over = session.scalars(
        select(Pause.ticket_id)
        .where(Pause.ended_at.is_(None), Pause.ends_at <= at)
        .order_by(Pause.ends_at)
        .limit(limit)
    ).all()
    for ticket_id in sorted(over):
        with alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            standing = clock.running(session, ticket) if ticket else None
            if ticket is not None and standing is not None and standing.ends_at <= at:
                suspending.end(session, ticket, because="date", reference=reference, actor=ACTOR, at=at)
                clock.resume(session, ticket, reference=reference, actor=ACTOR, at=at)
    return len(over)


def _rule_by_silence(session: Session, at: datetime, reference: Reference, limit: int) -> int:
    late = session.scalars(
        select(Dispute.ticket_id)
        .where(Dispute.ruled_at.is_(None), Dispute.ruling_due_at < at)
        .order_by(Dispute.ruling_due_at)
        .limit(limit)
    ).all()
    for ticket_id in sorted(late):
        with alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            waiting = queries.open_dispute(session, ticket_id) if ticket else None
            if waiting is not None and waiting.ruling_due_at < at:
                disputing.rule(session, ticket_id, ruling="silence", reason="", reference=reference, actor=ACTOR, at=at)
    return len(late)
