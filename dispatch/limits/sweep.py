"""The sweep: what is due is found by the index on the next instant at which anything happens, never by scanning open tickets.

Idempotent and safe for many at once: candidates are read without locks, each is then locked by its ticket (the order every verb
uses) and looked at anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.kernel import events
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import NewEvent
from dispatch.kernel.logging import get_logger
from dispatch.limits.cards import red_at
from dispatch.limits.ladder import LadderStep, step_at
from dispatch.limits.values import Limit
from dispatch.outcomes import supplements
from dispatch.outcomes.models import Supplement
from dispatch.tickets import clock, disputing, queries, suspending
from dispatch.tickets.clock_models import Pause
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket
from dispatch.tickets.models import LadderStep as LadderStepRow
from dispatch.tickets.settling import lapse

ACTOR = "system:sweep"
URGED = ("dispatched", "acknowledged")

log = get_logger(__name__)


def next_instant(session: Session) -> datetime | None:
    """The next instant at which the sweep has something to do: how far a simulated clock may jump."""
    first = session.scalar(select(func.min(Assignment.next_at)).where(Assignment.next_at.is_not(None)))
    ruling = session.scalar(select(func.min(Dispute.ruling_due_at)).where(Dispute.ruled_at.is_(None)))
    resuming = session.scalar(select(func.min(Pause.ends_at)).where(Pause.ended_at.is_(None)))
    waiting = session.scalar(select(func.min(Supplement.until)).where(Supplement.ended_at.is_(None)))
    known = [moment for moment in (first, ruling, resuming, waiting) if moment is not None]
    return min(known) if known else None


def sweep(session: Session, at: datetime, *, reference: Reference, limit: int) -> int:
    """Do what is due at ``at``: cards, follow-ups, rulings by silence. Returns how many it looked at, at most ``limit``."""
    return (
        _lapse_supplements(session, at, reference, limit)
        + _end_pauses(session, at, reference, limit)
        + _rule_by_silence(session, at, reference, limit)
        + _step_assignments(session, at, reference, limit)
    )


def _step_assignments(session: Session, at: datetime, reference: Reference, limit: int) -> int:
    due = session.execute(
        select(Assignment.ticket_id, Assignment.number)
        .where(Assignment.next_at.is_not(None), Assignment.next_at <= at)
        .order_by(Assignment.next_at)
        .limit(limit)
    ).all()
    for ticket_id, number in sorted(due):
        with _alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            if ticket is None:
                continue  # a verb holds it; the next sweep comes back
            lead = session.get_one(Assignment, (ticket_id, number), populate_existing=True)
            if lead.next_at is not None and lead.next_at <= at:
                step(session, ticket, lead, reference=reference, at=at)
    return len(due)


@contextmanager
def _alone(session: Session, ticket_id: int) -> Iterator[None]:
    """A savepoint of the ticket's own: one that fails is logged and left due, the others go on."""
    try:
        with session.begin_nested():
            yield
    except (SQLAlchemyError, DomainError, LookupError, TypeError, ValueError) as error:
        log.exception("sweep.failed", ticket_id=ticket_id, exc_info=error)


def step(session: Session, ticket: Ticket, lead: Assignment, *, reference: Reference, at: datetime) -> None:
    """Everything that has come due on one locked assignment, and the instant of what comes next."""
    if lead.due_at is None:
        lead.next_at = None
        return
    if red_at(lead.due_at) <= at:
        lapse(session, ticket, lead, reference=reference, actor=ACTOR, at=at)
    agenda = _agenda(lead, reference)
    for moment, item in agenda:
        if moment <= at:
            _do(session, ticket, lead, item, should_at=moment, at=at, reference=reference)
    # Supports and handlers have cards of their own; the caller is asked about the lead, and about no earlier round's.
    if red_at(lead.due_at) <= at and lead.role == "lead" and lead.round == ticket.round:
        open_if_due(session, ticket, lead, reference=reference, actor=ACTOR, at=at)
    lead.next_at = next((moment for moment, item in agenda if moment > at and _matters(lead, item, moment)), None)


def _agenda(lead: Assignment, reference: Reference) -> list[tuple[datetime, str | LadderStep]]:
    """What happens to this limit and when, in order: its cards, and for a lead the steps of the ladder it was sent under."""
    assert lead.due_at is not None
    found: list[tuple[datetime, str | LadderStep]] = [(red_at(lead.due_at), "red")]
    if lead.yellow_at is not None:
        found.append((lead.yellow_at, "yellow"))
    if lead.role == "lead" and lead.limit_text is not None:
        policy, calendar = reference.terms(lead.sent_at, lead.unit_id)
        limit = Limit.parse(lead.limit_text)
        moments = ((step_at(step, lead.sent_at, limit, lead.due_at, calendar), step) for step in policy.ladder)
        found += [(moment, step) for moment, step in moments if moment is not None]
    return sorted(found, key=lambda one: one[0])


def _matters(lead: Assignment, item: str | LadderStep, moment: datetime) -> bool:
    """Expiry always does: the follow-up opens then, whoever has completed."""
    return item == "red" or _is_undone(lead, moment)


def _do(
    session: Session,
    ticket: Ticket,
    lead: Assignment,
    item: str | LadderStep,
    *,
    should_at: datetime,
    at: datetime,
    reference: Reference,
) -> None:
    if not _is_undone(lead, should_at):
        return
    if isinstance(item, LadderStep):
        _tell(session, ticket, lead, item, should_at=should_at, at=at, reference=reference)
    else:
        _issue(session, ticket, lead, item, should_at=should_at, at=at, reference=reference)


def _tell(
    session: Session,
    ticket: Ticket,
    lead: Assignment,
    step: LadderStep,
    *,
    should_at: datetime,
    at: datetime,
    reference: Reference,
) -> None:
    """A step of the ladder, unless the matter rests: whoever may do nothing is not urged."""
    if ticket.state not in URGED:
        return
    told = session.execute(
        pg_insert(LadderStepRow)
        .values(
            ticket_id=ticket.ticket_id,
            assignment_number=lead.number,
            due_at=lead.due_at,
            step=step.name,
            unit_id=lead.unit_id,
            should_at=should_at,
            told_at=at,
        )
        .on_conflict_do_nothing()
        .returning(LadderStepRow.step)
    ).first()
    if told is None:
        return
    unit = reference.by_id[lead.unit_id]
    data = {"assignment": lead.number, "step": step.name, "tell": list(step.tell), "should_at": instant(should_at)}
    events.record(session, ticket, [NewEvent("ladder.reached", at, ACTOR, unit.code, data)])


def _is_undone(lead: Assignment, moment: datetime) -> bool:
    """Whether this was still to be done at ``moment``; at expiry, done at the due instant itself is done in time."""
    by = lead.due_at if lead.due_at is not None and moment == red_at(lead.due_at) else moment
    return lead.withdrawn_at is None and (lead.completed_at is None or lead.completed_at > by)


def _issue(
    session: Session,
    ticket: Ticket,
    lead: Assignment,
    colour: str,
    *,
    should_at: datetime,
    at: datetime,
    reference: Reference,
) -> None:
    issued = session.execute(
        pg_insert(Card)
        .values(
            ticket_id=ticket.ticket_id,
            assignment_number=lead.number,
            colour=colour,
            due_at=lead.due_at,
            unit_id=lead.unit_id,
            should_at=should_at,
            issued_at=at,
        )
        .on_conflict_do_nothing()
        .returning(Card.colour)
    ).first()
    if issued is None:
        return
    unit = reference.by_id[lead.unit_id].code
    data = {"assignment": lead.number, "colour": colour, "should_at": instant(should_at)}
    events.record(session, ticket, [NewEvent("card.issued", at, ACTOR, unit, data)])


def _lapse_supplements(session: Session, at: datetime, reference: Reference, limit: int) -> int:
    """Citizens who did not give the missing facts in time: their tickets go on."""
    waiting = supplements.due(session, at, limit=limit)
    for ticket_id in waiting:
        with _alone(session, ticket_id):
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
        with _alone(session, ticket_id):
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
        with _alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            waiting = queries.open_dispute(session, ticket_id) if ticket else None
            if waiting is not None and waiting.ruling_due_at < at:
                disputing.rule(session, ticket_id, ruling="silence", reason="", reference=reference, actor=ACTOR, at=at)
    return len(late)
