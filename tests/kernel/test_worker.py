"""The worker: every effect once, failures apart from each other, and no code but ours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask, current_app
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from dispatch.kernel import outbox, queue, worker
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import Outbox
from dispatch.kernel.relay import Relay
from dispatch.kernel.worker import DatabaseAway, make_worker, run_effects
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PHONE = "13800138000"


@pytest.fixture
def town(config: Config, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two complaints with one effect each, for a consumer that fails for the first of them while ``broken`` holds it."""
    monkeypatch.setattr(outbox, "CONSUMERS", {})
    monkeypatch.setattr(outbox, "LISTENERS", {})
    outbox.consumer("sink", "ticket.dispatched")(deliver)
    broken.clear()
    desk.run(lambda session: session.execute(text("CREATE TABLE delivery (ticket_id bigint, at timestamptz)")))
    for _ in range(2):
        desk.accept()
    with create_app(config, clock=FixedClock(NOW)).app_context():
        yield desk
        db.engine.dispose()


broken: set[int] = set()


def deliver(session: Session, event: Event, at: datetime) -> None:
    session.execute(text("INSERT INTO delivery VALUES (:id, :at)"), {"id": event.ticket_id, "at": at})
    if event.ticket_id in broken:
        raise ValueError(f"cannot reach {PHONE}\nwho said: my neighbour is loud")


@pytest.fixture
def jobs(config: Config) -> Iterator[Queue]:
    connection = queue.connect(str(config.redis_url))
    connection.flushdb()
    yield queue.effects_queue(connection)
    connection.flushdb()


def row_ids() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(Outbox.outbox_id).order_by(Outbox.outbox_id)))


def deliveries() -> list[int]:
    with transaction() as session:
        return list(session.scalars(text("SELECT ticket_id FROM delivery ORDER BY ticket_id")))


def tickets(desk: Desk) -> list[int]:
    return sorted(accepted.ticket_id for accepted in desk.accepted)


def test_run_performs_each_effect_once_when_delivered_twice(town: Desk) -> None:
    ids = row_ids()
    run_effects(ids)
    run_effects(ids)
    run_effects(ids[::-1])
    assert deliveries() == tickets(town)
    assert row_ids() == []


def test_run_performs_each_effect_once_when_two_workers_hold_the_same_job(town: Desk) -> None:
    for _ in range(18):
        town.accept()
    ids, app, start = row_ids(), current_app._get_current_object(), Barrier(4)

    def work(app: Flask) -> None:
        with app.app_context():
            start.wait()
            run_effects(ids)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work, app) for _ in range(4)]:
            done.result()
    assert deliveries() == tickets(town)
    assert row_ids() == []


def test_run_gives_handlers_the_business_instant_when_time_is_simulated(town: Desk) -> None:
    run_effects(row_ids())
    with transaction() as session:
        assert set(session.scalars(text("SELECT at FROM delivery"))) == {NOW}


def test_run_performs_the_others_when_one_handler_raises(town: Desk) -> None:
    bad, good = tickets(town)
    broken.add(bad)
    run_effects(row_ids())
    assert deliveries() == [good], "what a failed handler wrote must be gone with it"
    with transaction() as session:
        error, ticket_id = session.execute(select(Outbox.last_error, Outbox.ticket_id)).one()
    assert ticket_id == bad
    assert error.startswith("ValueError: cannot reach")
    assert PHONE not in error
    assert "neighbour" not in error


def test_failed_effect_comes_back_after_its_back_off_when_the_handler_is_mended(town: Desk, jobs: Queue) -> None:
    clock = FixedClock(NOW)
    broken.add(tickets(town)[0])
    relay = Relay(jobs, clock)
    assert relay.step() == 2
    drain(jobs)
    assert relay.step() == 0, "no hot loop around a handler that fails"
    broken.clear()
    clock.advance(timedelta(seconds=outbox.RETRY_SECONDS))
    assert relay.step() == 1
    drain(jobs)
    assert deliveries() == tickets(town)
    assert row_ids() == []


def drain(jobs: Queue) -> None:
    """What ``hotline worker --burst`` does, without its signal handlers."""
    url = str(current_app.extensions["hotline"].config.redis_url)
    make_worker(url).work(burst=True, logging_level=None)
    assert jobs.count == 0


def test_burst_leaves_nothing_in_redis_when_all_went_well(town: Desk, jobs: Queue) -> None:
    Relay(jobs, FixedClock(NOW)).step()
    drain(jobs)
    assert deliveries() == tickets(town)
    assert jobs.connection.keys("rq:job:*") == []


def test_run_raises_for_another_try_when_the_database_is_away(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0)
    url = make_url(str(config.database_url)).set(database="nowhere").render_as_string(hide_password=False)
    with create_app(replace(config, database_url=url)).app_context(), pytest.raises(DatabaseAway) as raised:
        run_effects([1])
    assert str(raised.value) == ""
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("function", ["os.mkdir", "dispatch.kernel.db.migrate", "builtins.exec"])
def test_worker_runs_nothing_else_when_someone_writes_into_redis(
    town: Desk, jobs: Queue, tmp_path: Path, function: str
) -> None:
    foreign = Queue(queue.QUEUE, connection=jobs.connection, serializer=JSONSerializer)
    argument = f"open({str(tmp_path / 'made')!r}, 'w')" if function == "builtins.exec" else str(tmp_path / "made")
    foreign.enqueue_call(function, args=[argument])
    Relay(jobs, FixedClock(NOW)).step()
    drain(jobs)
    assert not (tmp_path / "made").exists()
    assert deliveries() == tickets(town)


def test_worker_runs_no_callback_when_someone_writes_into_redis(town: Desk, jobs: Queue) -> None:
    Relay(jobs, FixedClock(NOW)).step()
    (job,) = jobs.get_jobs()
    jobs.connection.hset(Job.key_for(job.id), "success_callback_name", "os.abort")
    drain(jobs)
    assert deliveries() == []


def test_worker_has_the_settings_that_notice_a_killed_one(config: Config) -> None:
    made = make_worker(str(config.redis_url))
    assert (made.worker_ttl, made.job_monitoring_interval, made.maintenance_interval) == (30, 5, 15)
    assert made.serializer is JSONSerializer
