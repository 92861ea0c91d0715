"""What has come due on one ticket, by its mapped objects: the plain way, for whatever the batch leaves (sweeping.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.kernel import events
from dispatch.kernel.errors import DomainError
from dispatch.kernel.logging import get_logger
from dispatch.limits.agenda import ACTOR, Item, agenda, come_due, event_of, is_asked_about, is_over, next_at
from dispatch.limits.ladder import LadderStep
from dispatch.tickets.models import Assignment, Card, Ticket
from dispatch.tickets.models import LadderStep as LadderStepRow
from dispatch.tickets.settling import lapse

# What may be wrong with one ticket and must not stop the others.
FAILURES = (SQLAlchemyError, psycopg.Error, DomainError, LookupError, TypeError, ValueError)

log = get_logger(__name__)


def step_each(session: Session, due: Iterable[tuple[int, int]], at: datetime, reference: Reference) -> None:
    """One after the other, each (ticket, number) with a savepoint of its own; what a verb holds the next sweep finds again."""
    for ticket_id, number in due:
        with alone(session, ticket_id):
            ticket = session.get(Ticket, ticket_id, with_for_update={"skip_locked": True}, populate_existing=True)
            if ticket is None:
                continue
            part = session.get_one(Assignment, (ticket_id, number), populate_existing=True)
            if part.next_at is not None and part.next_at <= at:
                step(session, ticket, part, reference=reference, at=at)


@contextmanager
def alone(session: Session, ticket_id: int) -> Iterator[None]:
    """A savepoint of the ticket's own: one that fails is logged and left due, the others go on."""
    try:
        with session.begin_nested():
            yield
    except FAILURES as error:
        if is_lost(error):
            raise
        log.exception("sweep.failed", ticket_id=ticket_id, exc_info=error)


def is_lost(error: BaseException) -> bool:
    """Whether it is the connection that failed: then no other ticket fares better."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def step(session: Session, ticket: Ticket, part: Assignment, *, reference: Reference, at: datetime) -> None:
    """Everything that has come due on one locked assignment, and the instant of what comes next."""
    items = agenda(part, reference)
    if is_over(part, at):
        lapse(session, ticket, part, reference=reference, actor=ACTOR, at=at)
    for item in come_due(part, items, at, ticket_state=ticket.state):
        if _is_new(session, part, item, at):
            events.record(session, ticket, [event_of(part, item, at, reference)])
    if is_over(part, at) and is_asked_about(part, ticket.round):
        open_if_due(session, ticket, part, reference=reference, actor=ACTOR, at=at)
    part.next_at = next_at(part, items, at)


def _is_new(session: Session, part: Assignment, item: Item, at: datetime) -> bool:
    """Write the card or the step; not new where an earlier sweep has done so for this due instant."""
    values = {
        "ticket_id": part.ticket_id,
        "assignment_number": part.number,
        "due_at": part.due_at,
        "unit_id": part.unit_id,
        "should_at": item.at,
    }
    if isinstance(item.what, LadderStep):
        row = pg_insert(LadderStepRow).values(**values, step=item.what.name, told_at=at)
        written = row.on_conflict_do_nothing().returning(LadderStepRow.step)
    else:
        row = pg_insert(Card).values(**values, colour=item.what, issued_at=at)
        written = row.on_conflict_do_nothing().returning(Card.colour)
    return session.execute(written).first() is not None
