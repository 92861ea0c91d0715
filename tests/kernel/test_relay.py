"""The relay: what is due goes to the queue, comes back when it was not done, and never in the way of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from rq import Queue
from sqlalchemy import select

from dispatch.kernel import queue, relay
from dispatch.kernel.application import create_app
from dispatch.kernel.claims import LOST_ATTEMPTS
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.outbox import RETRY_LIMIT_SECONDS, RETRY_SECONDS, Outbox
from dispatch.kernel.relay import BATCH, CLAIM_LIMIT, STUBBORN_ATTEMPTS, Relay

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def in_app(config: Config) -> Iterator[Config]:
    app = create_app(config)
    with app.app_context():
        yield config
        db.engine.dispose()


@pytest.fixture
def jobs(in_app: Config) -> Iterator[Queue]:
    connection = queue.connect(str(in_app.redis_url))
    connection.flushdb()
    yield queue.effects_queue(connection)
    connection.flushdb()


def add_rows(count: int, **values: Any) -> None:
    facts: dict[str, Any] = {"created_at": NOW, "next_at": None, "attempts": 0, "last_error": None} | values
    with transaction() as session:
        session.add_all(Outbox(consumer="x", ticket_id=1, number=number, **facts) for number in range(count))


def row_ids() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(Outbox.outbox_id).order_by(Outbox.outbox_id)))


def queued(jobs: Queue) -> list[list[int]]:
    """The ids that each waiting job carries."""
    return [job.args[0] for job in jobs.get_jobs()]


def test_step_hands_over_every_row_when_rows_are_due(jobs: Queue) -> None:
    add_rows(BATCH + 3)
    assert Relay(jobs, FixedClock(NOW)).step() == BATCH + 3
    first, second = queued(jobs)
    assert (len(first), first + second) == (BATCH, row_ids())


def test_step_hands_over_nothing_twice_when_two_relays_run(jobs: Queue) -> None:
    add_rows(CLAIM_LIMIT + 20)
    one, two = Relay(jobs, FixedClock(NOW)), Relay(jobs, FixedClock(NOW))
    assert (one.step(), two.step(), one.step(), two.step()) == (CLAIM_LIMIT, 20, 0, 0)
    assert sorted(row for job in queued(jobs) for row in job) == row_ids()


def test_step_offers_rows_again_when_they_were_not_done_in_time(jobs: Queue) -> None:
    add_rows(2)
    clock = FixedClock(NOW)
    Relay(jobs, clock).step()
    jobs.empty()  # as if Redis had been wiped
    clock.advance(timedelta(seconds=RETRY_SECONDS - 1))
    assert Relay(jobs, clock).step() == 0
    clock.advance(timedelta(seconds=1))
    assert Relay(jobs, clock).step() == 2
    assert queued(jobs) == [row_ids()]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ValueError", [20, 40, 80, 160, 320, 640, 1280, 2560, RETRY_LIMIT_SECONDS, RETRY_LIMIT_SECONDS]),
        (None, [RETRY_SECONDS] * LOST_ATTEMPTS + [RETRY_LIMIT_SECONDS]),
    ],
)
def test_step_waits_longer_each_time_only_when_the_handler_failed(
    jobs: Queue, error: str | None, expected: list[float]
) -> None:
    add_rows(1, last_error=error)
    clock = FixedClock(NOW)
    waits = []
    for _ in expected:
        jobs.empty()
        Relay(jobs, clock).step()
        with transaction() as session:
            next_at = session.scalar(select(Outbox.next_at))
            assert next_at is not None
        waits.append((next_at - clock.now()).total_seconds())
        clock.set(next_at)
    assert waits == expected


def test_step_leaves_rows_due_when_redis_is_away(in_app: Config, jobs: Queue) -> None:
    add_rows(3)
    away = queue.effects_queue(queue.connect("redis://127.0.0.1:1/0"))
    with pytest.raises(redis.ConnectionError):
        Relay(away, FixedClock(NOW)).step()
    assert Relay(jobs, FixedClock(NOW)).step() == 3


def test_step_gives_rows_back_when_redis_leaves_after_the_claim(jobs: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    add_rows(3)

    def lost(*_: object) -> None:
        raise redis.ConnectionError

    clock = FixedClock(NOW)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "put", lost)
        with pytest.raises(redis.ConnectionError):
            Relay(jobs, clock).step()
    clock.advance(timedelta(seconds=1))
    assert Relay(jobs, clock).step() == 3
    with transaction() as session:
        assert set(session.scalars(select(Outbox.attempts))) == {1}, "the try that reached nobody was counted"


def test_step_waits_when_the_queue_is_full(jobs: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "QUEUE_LIMIT", 1)
    add_rows(1)
    Relay(jobs, FixedClock(NOW)).step()
    add_rows(1)
    assert Relay(jobs, FixedClock(NOW)).step() == 0
    jobs.empty()
    assert Relay(jobs, FixedClock(NOW)).step() == 1


def test_step_sends_a_row_alone_when_it_has_been_tried_often(jobs: Queue) -> None:
    add_rows(2)
    add_rows(2, attempts=STUBBORN_ATTEMPTS)
    Relay(jobs, FixedClock(NOW)).step()
    first, second, third, fourth = row_ids()
    assert queued(jobs) == [[first, second], [third], [fourth]]


def test_step_offers_rows_when_the_machine_clock_was_set_back_a_day(jobs: Queue) -> None:
    add_rows(2)
    clock = FixedClock(NOW + timedelta(days=1))
    Relay(jobs, clock).step()
    jobs.empty()
    clock.set(NOW)
    assert Relay(jobs, clock).step() == 2


def test_step_leaves_a_backing_off_row_alone_when_the_clock_did_not_jump(jobs: Queue) -> None:
    add_rows(1, next_at=NOW + timedelta(seconds=RETRY_LIMIT_SECONDS), attempts=12)
    assert Relay(jobs, FixedClock(NOW)).step() == 0


def test_run_logs_an_outage_once_when_it_lasts(in_app: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Log:
        def warning(self, event: str, **_: object) -> None:
            said.append(event)

        info = warning

    class FewRounds:
        rounds = 0

        def is_set(self) -> bool:
            self.rounds += 1
            return self.rounds > 5

        def wait(self, _seconds: float) -> None:
            return None

    monkeypatch.setattr(relay, "log", Log())
    away = queue.effects_queue(queue.connect("redis://127.0.0.1:1/0"))
    run: Callable[[Any], None] = Relay(away).run
    run(FewRounds())
    assert said == ["relay.waits"]


def test_connect_fails_at_once_when_redis_is_away(config: Config) -> None:
    kwargs = queue.connect(str(config.redis_url)).connection_pool.connection_kwargs
    assert kwargs["socket_timeout"] == 2
    assert kwargs["retry"].get_retries() == 0
