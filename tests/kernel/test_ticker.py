"""The scheduler: one leads, what is due runs, an error of one job is nobody else's, and clocks may jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.kernel import periodic
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock, SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.periodic import TICKER_LOCK, PeriodicRun
from dispatch.kernel.ticker import MOST_RUNS, Ticker
from tests.conftest import run_sql

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SIMULATED = datetime(2026, 3, 1, tzinfo=UTC)

MakeTicker = Callable[[], Ticker]


@pytest.fixture
def in_app(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    monkeypatch.setattr(periodic, "PERIODICS", {})
    with create_app(config).app_context():
        yield config
        db.engine.dispose()


@pytest.fixture
def machine() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def make_ticker(in_app: Config, machine: FixedClock) -> Iterator[MakeTicker]:
    made: list[Ticker] = []

    def make() -> Ticker:
        made.append(Ticker(str(in_app.database_url), clock=FixedClock(SIMULATED), machine_clock=machine))
        return made[-1]

    yield make
    for ticker in made:
        ticker.resign()


def register(name: str, *, every: int = 60, batch: int = 1, results: list[int] | None = None) -> list[datetime]:
    """A periodic job that keeps the instants it was given; ``results``: what its runs return, then 0."""
    instants: list[datetime] = []
    left = list(results or [])

    @periodic.periodic(name, every_seconds=every, batch=batch)
    def run(_session: Session, at: datetime) -> int:
        instants.append(at)
        return left.pop(0) if left else 0

    return instants


def last_run(name: str) -> PeriodicRun:
    with transaction() as session:
        found = session.get_one(PeriodicRun, name)
        session.expunge(found)
        return found


def end_leader(config: Config) -> None:
    """What a restart of the database or a cut network does to the connection that holds the lock."""
    run_sql(
        config.database_url,
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND objid = {TICKER_LOCK}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )


def test_beat_runs_a_job_again_only_when_its_time_has_come(make_ticker: MakeTicker, machine: FixedClock) -> None:
    instants, ticker = register("job", every=60), make_ticker()
    for seconds in (0, 30, 29, 1, 59, 1):
        machine.advance(timedelta(seconds=seconds))
        ticker.beat()
    assert len(instants) == 3


def test_beat_gives_jobs_the_business_instant_when_time_is_simulated(make_ticker: MakeTicker) -> None:
    instants = register("job")
    make_ticker().beat()
    assert instants == [SIMULATED]
    assert last_run("job").finished_at == NOW, "the time-table is the machine's"


def test_beat_runs_a_job_on_while_its_batches_are_full(make_ticker: MakeTicker) -> None:
    instants = register("job", batch=10, results=[10, 10, 4])
    make_ticker().beat()
    assert len(instants) == 3
    assert last_run("job").done == 24


def test_beat_lets_the_others_run_when_one_backlog_never_ends(make_ticker: MakeTicker) -> None:
    endless = register("endless", batch=1, results=[1] * 1000)
    other = register("other")
    make_ticker().beat()
    assert (len(endless), len(other)) == (MOST_RUNS, 1)


def test_beat_notes_the_error_and_runs_the_others_when_a_job_fails(
    make_ticker: MakeTicker, machine: FixedClock
) -> None:
    is_broken = [True]

    @periodic.periodic("bad", every_seconds=10)
    def fail(session: Session, _at: datetime) -> int:
        session.execute(text("CREATE TABLE half_done (x int)"))
        if is_broken:
            raise ValueError("broken for 13800138000")
        session.execute(text("DROP TABLE half_done"))
        return 0

    good, ticker = register("good", every=10), make_ticker()
    assert ticker.beat()
    assert len(good) == 1
    error = last_run("bad").last_error or ""
    assert error.startswith("ValueError")
    assert "13800138000" not in error
    is_broken.clear()
    machine.advance(timedelta(seconds=10))
    ticker.beat()
    assert last_run("bad").last_error is None


def test_two_schedulers_run_each_job_once_when_both_beat(make_ticker: MakeTicker, machine: FixedClock) -> None:
    instants, one, two = register("job", every=1), make_ticker(), make_ticker()
    for _ in range(4):
        assert (one.beat(), two.beat()) == (True, False)
        machine.advance(timedelta(seconds=1))
    assert len(instants) == 4


def test_the_other_leads_when_the_leader_resigns(make_ticker: MakeTicker) -> None:
    one, two = make_ticker(), make_ticker()
    assert (one.beat(), two.beat()) == (True, False)
    one.resign()
    wait_for(two.beat)  # the server frees the lock a moment after the connection went; the loop beats each second
    assert not one.beat()


def test_the_other_leads_when_the_leaders_connection_is_lost(in_app: Config, make_ticker: MakeTicker) -> None:
    one, two = make_ticker(), make_ticker()
    assert (one.beat(), two.beat()) == (True, False)
    end_leader(in_app)
    wait_for(two.beat)
    with pytest.raises(OperationalError):
        one.beat()
    one.resign()  # as its loop does
    assert not one.beat()
    two.resign()
    wait_for(one.beat)  # a candidate that lost the lead may win it again


def test_run_goes_on_when_the_connection_is_lost_and_ends_when_told(in_app: Config, make_ticker: MakeTicker) -> None:
    instants, stopping, ticker = register("job", every=1), Event(), make_ticker()
    ticker.machine_clock = SystemClock()
    app = create_app(in_app)

    def run() -> None:
        with app.app_context():
            ticker.run(stopping)

    thread = Thread(target=run)
    thread.start()
    try:
        wait_for(lambda: len(instants) >= 1)
        end_leader(in_app)
        before = len(instants)
        wait_for(lambda: len(instants) > before)
    finally:
        stopping.set()
        thread.join(10)
    assert not thread.is_alive()
    wait_for(make_ticker().beat)  # the lead was given away at the end


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    patience = Event()
    for _ in range(int(seconds * 20)):
        if holds():
            return
        patience.wait(0.05)
    raise AssertionError("nothing happened")


def test_beat_runs_jobs_within_one_interval_when_the_clock_was_set_back_a_day(
    make_ticker: MakeTicker, machine: FixedClock
) -> None:
    instants, ticker = register("job", every=60), make_ticker()
    machine.set(NOW + timedelta(days=1))
    ticker.beat()
    machine.set(NOW)
    ticker.beat()
    machine.advance(timedelta(seconds=30))
    ticker.beat()
    assert len(instants) == 2, "once at each side of the jump"


def test_beat_runs_a_job_once_when_the_clock_was_set_ahead_a_day(make_ticker: MakeTicker, machine: FixedClock) -> None:
    instants, ticker = register("job", every=60), make_ticker()
    ticker.beat()
    machine.advance(timedelta(days=1))
    ticker.beat()
    ticker.beat()
    assert len(instants) == 2, "what was missed is not run a thousand times"


def test_beat_raises_when_the_database_is_away(in_app: Config, make_ticker: MakeTicker) -> None:
    lost = Ticker(str(in_app.database_url) + "&dbname=nowhere", clock=FixedClock(NOW), machine_clock=FixedClock(NOW))
    with pytest.raises(OperationalError):
        lost.beat()


def test_leading_holds_no_snapshot_when_it_lasts(in_app: Config, make_ticker: MakeTicker) -> None:
    make_ticker().beat()
    with transaction() as session:
        states = session.scalars(
            text(
                "SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid)"
                f" WHERE locktype = 'advisory' AND objid = {TICKER_LOCK} AND datname = current_database()"
            )
        ).all()
        known = session.scalars(select(PeriodicRun.name)).all()
    assert (states, known) == (["idle"], [])
