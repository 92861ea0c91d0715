"""The sweep in batches and the plain way, ticket by ticket, leave the same rows: two implementations of one rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, reference
from dispatch.limits import sweeping
from dispatch.limits.agenda import agenda
from dispatch.limits.follow_up_rules import Sampling
from dispatch.limits.stepping import step_each
from dispatch.tickets.models import Assignment
from tests.counts import examples
from tests.tickets import sweepable
from tests.tickets.sweepable import FIRST, DrawnTicket
from tests.town import MONDAY, Desk

TICK = timedelta(microseconds=1)
TABLES = {
    "card": "ticket_id, assignment_number, colour, due_at",
    "ladder_step": "ticket_id, assignment_number, step, due_at",
    "follow_up": "ticket_id, round",
    "event": "ticket_id, number",
    "assignment": "ticket_id, number",
    "ticket": "ticket_id",
    "extension": "ticket_id, number",
}
Way = Callable[[Session, datetime, Reference], object]


def in_a_batch(session: Session, at: datetime, city: Reference) -> None:
    """What fails in the batch fails the test: the plain way would put it right."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "FAILURES", ())
        sweeping.step_assignments(session, at, city, limit=1000, singly=1000)


def plainly(session: Session, at: datetime, city: Reference) -> None:
    query = select(Assignment.ticket_id, Assignment.number).where(Assignment.next_at <= at)
    step_each(session, sorted((ticket_id, number) for ticket_id, number in session.execute(query)), at, city)


def rows(session: Session) -> dict[str, list[Any]]:
    """All that a sweep may write, event hashes included."""
    session.flush()
    found = {
        name: session.execute(text(f"SELECT * FROM {name} WHERE ticket_id >= {FIRST} ORDER BY {key}")).all()
        for name, key in TABLES.items()
    }
    told = "SELECT ticket_id, number, consumer, created_at FROM outbox ORDER BY ticket_id, number, consumer"
    return found | {"outbox": session.execute(text(told)).all()}


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """What happens inside is taken back."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def left_by(session: Session, way: Way, at: datetime, city: Reference) -> dict[str, list[Any]]:
    with undone(session):
        way(session, at, city)
        return rows(session)


def half_by_link(city: Reference) -> Reference:
    """The town, where every second follow-up begins with a link."""
    procedure = city.policy.procedure
    rules = replace(procedure.follow_up, sampling=(Sampling("", "", None, 50),))
    return replace(city, policy=replace(city.policy, procedure=replace(procedure, follow_up=rules)))


@contextmanager
def town(desk: Desk, drawn: list[DrawnTicket]) -> Iterator[tuple[Session, Reference]]:
    with Session(desk.engine) as session:
        city = half_by_link(reference(session, MONDAY))
        for number, one in enumerate(drawn):
            sweepable.write(session, one, number, city)
        yield session, city
        session.rollback()


@settings(
    deadline=None, max_examples=examples(15, deep=300), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), drawn=st.lists(sweepable.tickets, min_size=1, max_size=12))
def test_batch_leaves_the_rows_that_the_plain_way_leaves(
    desk: Desk, data: st.DataObject, drawn: list[DrawnTicket]
) -> None:
    with town(desk, drawn) as (session, city):
        known = session.scalars(select(Assignment).where(Assignment.ticket_id >= FIRST)).all()
        moments = sorted({item.at for part in known for item in agenda(part, city)})
        earlier = data.draw(st.none() | st.sampled_from(moments))
        if earlier is not None:
            in_a_batch(session, earlier, city)
            if data.draw(st.booleans()):  # what was issued then is looked at again, and must not be issued again
                session.execute(update(Assignment).where(Assignment.ticket_id >= FIRST).values(next_at=MONDAY))
        at = data.draw(st.sampled_from(moments)) + data.draw(st.sampled_from((timedelta(), TICK, timedelta(days=3))))
        batch, plain = left_by(session, in_a_batch, at, city), left_by(session, plainly, at, city)
        for name in plain:
            assert batch[name] == plain[name], name


def test_nothing_goes_the_plain_way_when_nothing_is_special(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[Any] = []
    monkeypatch.setattr(sweeping, "step_each", lambda _session, keys, *_rest: went.extend(keys))
    with town(desk, [sweepable.ORDINARY] * 7) as (session, city):
        in_a_batch(session, MONDAY + timedelta(days=30), city)
        cards = session.execute(text("SELECT colour, count(*) FROM card GROUP BY colour ORDER BY colour")).all()
        assert [tuple(row) for row in cards] == [("red", 7), ("yellow", 7)]
    assert went == []


def test_batch_asks_as_few_questions_for_many_as_for_one(desk: Desk) -> None:
    def questions(count: int) -> int:
        asked: list[str] = []
        with town(desk, [sweepable.ORDINARY] * count) as (session, city):
            session.flush()
            event.listen(desk.engine, "before_cursor_execute", note := lambda *args: asked.append(args[2]))
            in_a_batch(session, MONDAY + timedelta(days=30), city)
            event.remove(desk.engine, "before_cursor_execute", note)
        return len(asked)

    assert questions(1) == questions(9)
