"""Effects in batches: many in one transaction, each once, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask, current_app
from rq import Queue
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dispatch.kernel import outbox, queue
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import Outbox
from dispatch.kernel.relay import BATCH, Relay
from dispatch.kernel.worker import make_worker, run_effects
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TABLE = "CREATE TABLE delivery (delivery_id bigint GENERATED ALWAYS AS IDENTITY, consumer text, ticket_id bigint, number int)"
INSERT = text("INSERT INTO delivery (consumer, ticket_id, number) VALUES (:consumer, :ticket_id, :number)")
poisoned: set[int] = set()
calls: list[tuple[str, list[int]]] = []  # a rollback does not reach them
after_half: list[Callable[[], object]] = []


def deliver(consumer: str, session: Session, events: Sequence[Event]) -> None:
    calls.append((consumer, [event.ticket_id for event in events]))
    for done, event in enumerate(events):
        if after_half and done == len(events) // 2:
            after_half[0]()
        row = {"consumer": consumer, "ticket_id": event.ticket_id, "number": event.number}
        session.execute(INSERT, row)
        if event.ticket_id in poisoned:
            raise ValueError("this one never goes")


@pytest.fixture
def town(config: Config, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A town in which ``many`` hears of dispatches and receipts by two names, and ``single`` of dispatches."""
    monkeypatch.setattr(outbox, "CONSUMERS", {})
    monkeypatch.setattr(outbox, "LISTENERS", {})

    @outbox.consumer_of_many("many", "ticket.received")
    @outbox.consumer_of_many("other", "ticket.dispatched")
    def many(session: Session, events: Sequence[Event], _at: datetime) -> None:
        deliver("many", session, events)

    @outbox.consumer("single", "ticket.dispatched")
    def single(session: Session, event: Event, _at: datetime) -> None:
        deliver("single", session, [event])

    for kept in (poisoned, calls, after_half):
        kept.clear()
    desk.run(lambda session: session.execute(text(TABLE)))
    with create_app(config, clock=FixedClock(NOW)).app_context():
        yield desk
        db.engine.dispose()


@pytest.fixture
def jobs(config: Config) -> Iterator[Queue]:
    connection = queue.connect(str(config.redis_url))
    connection.flushdb()
    yield queue.effects_queue(connection)
    connection.flushdb()


def accept(town: Desk, count: int) -> list[int]:
    """So many complaints; each has three effects: two for ``many``, one for ``single``."""
    return [town.accept().ticket_id for _ in range(count)]


def row_ids() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(Outbox.outbox_id).order_by(Outbox.outbox_id)))


def deliveries(consumer: str) -> list[tuple[int, int]]:
    """(ticket, event) in the order in which they were written."""
    query = text("SELECT ticket_id, number FROM delivery WHERE consumer = :consumer ORDER BY delivery_id")
    with transaction() as session:
        return [(ticket, number) for ticket, number in session.execute(query, {"consumer": consumer})]


def assert_each_once(tickets: list[int], *, but: int | None = None) -> None:
    good = [ticket for ticket in tickets if ticket != but]
    assert sorted(deliveries("many")) == [(ticket, number) for ticket in good for number in (1, 2)]
    assert sorted(deliveries("single")) == [(ticket, 2) for ticket in good]


def test_run_hands_over_all_at_once_in_the_order_of_events_when_a_consumer_takes_many(town: Desk) -> None:
    tickets = accept(town, 5)
    run_effects(row_ids())
    many = [handed for consumer, handed in calls if consumer == "many"]
    assert many == [[ticket for ticket in tickets for _ in (1, 2)]], "one call for both names"
    assert deliveries("many") == [(ticket, number) for ticket in tickets for number in (1, 2)]
    assert [handed for consumer, handed in calls if consumer == "single"] == [[ticket] for ticket in tickets]
    assert row_ids() == []


def test_run_performs_all_others_once_when_one_row_among_many_is_poisoned(town: Desk) -> None:
    tickets = accept(town, BATCH // 3 + 1)
    bad = tickets[7]
    poisoned.add(bad)
    run_effects(row_ids())
    assert_each_once(tickets, but=bad)
    with transaction() as session:
        left = session.execute(select(Outbox.ticket_id, Outbox.last_error)).all()
    assert {row.ticket_id for row in left} == {bad}
    assert len(left) == 3
    assert all(row.last_error.startswith("ValueError") for row in left)


def test_run_repeats_nothing_of_a_single_consumer_when_its_neighbours_fail(town: Desk) -> None:
    """What stands alone may have left the house: a neighbour's rollback must not send it again."""
    tickets = accept(town, 4)
    poisoned.add(tickets[0])
    run_effects(row_ids())
    tried = [handed[0] for consumer, handed in calls if consumer == "single"]
    assert sorted(tried) == tickets


def test_run_performs_each_effect_once_when_many_workers_hold_the_same_jobs(town: Desk) -> None:
    tickets = accept(town, 12)
    ids, app, start = row_ids(), current_app._get_current_object(), Barrier(4)

    def work(app: Flask, offset: int) -> None:
        with app.app_context():
            start.wait()
            for first in range(0, len(ids), 10):
                run_effects([*ids[first + offset : first + 10], *ids[first : first + offset]])

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work, app, offset) for offset in range(4)]:
            done.result()
    assert_each_once(tickets)
    assert row_ids() == []


def test_run_performs_each_effect_once_when_a_worker_was_killed_in_the_middle_of_a_batch(town: Desk) -> None:
    tickets = accept(town, 8)
    ids = row_ids()
    if not (child := os.fork()):
        db.engine.dispose(close=False)
        after_half.append(lambda: os.kill(os.getpid(), signal.SIGKILL))
        run_effects(ids)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert deliveries("many") == []
    assert row_ids() == ids
    run_effects(ids)
    assert_each_once(tickets)


def test_drain_performs_each_effect_once_when_two_relays_run_and_redis_is_wiped(town: Desk, jobs: Queue) -> None:
    tickets = accept(town, 20)
    clock = FixedClock(NOW)
    one, two = Relay(jobs, clock, batch=8), Relay(jobs, clock, batch=8)
    assert one.step() + two.step() == 60
    assert {len(job.args[0]) for job in jobs.get_jobs()} == {8, 4}
    make_worker(str(current_app.extensions["hotline"].config.redis_url)).work(
        burst=True, max_jobs=3, logging_level=None
    )
    jobs.connection.flushdb()
    clock.advance(timedelta(seconds=outbox.RETRY_SECONDS))
    assert one.step() + two.step() == 60 - 3 * 8
    make_worker(str(current_app.extensions["hotline"].config.redis_url)).work(burst=True, logging_level=None)
    assert_each_once(tickets)
    assert row_ids() == []
