"""What the town does by itself, through the real time-table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

import dispatch.jobs
from dispatch.access import policy, services
from dispatch.access.models import LoginSession
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.outbox import CONSUMERS, LISTENERS
from dispatch.kernel.periodic import PERIODICS, PeriodicRun
from dispatch.kernel.seals import Seal
from dispatch.kernel.ticker import Ticker
from dispatch.tickets.models import IdempotencyKey
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

MACHINE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def business() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def ticker(config: Config, business: FixedClock) -> Iterator[Ticker]:
    machine = FixedClock(MACHINE)
    made = Ticker(str(config.database_url), clock=business, machine_clock=machine)
    with create_app(config, clock=business, machine_clock=machine).app_context():
        yield made
        made.resign()
        db.engine.dispose()


def errors() -> dict[str, str]:
    with transaction() as session:
        runs = session.scalars(select(PeriodicRun)).all()
        assert {run.name for run in runs} == set(PERIODICS)
        return {run.name: run.last_error for run in runs if run.last_error}


def test_beat_runs_every_job_of_the_town_without_error(ticker: Ticker) -> None:
    ticker.beat()
    assert errors() == {}
    assert {"limits.sweep", "seals.seal", "intake.forget_keys", "access.forget_sessions"} <= set(PERIODICS)


def test_every_listener_is_a_known_consumer() -> None:
    assert {name for names in LISTENERS.values() for name in names} <= set(CONSUMERS)
    assert "inbox" in LISTENERS["ticket.dispatched"]


def test_beat_seals_what_happened(ticker: Ticker, desk: Desk) -> None:
    for _ in range(3):
        desk.accept()
    ticker.beat()
    with transaction() as session:
        assert [(seal.leaf_count, seal.at) for seal in session.scalars(select(Seal))] == [(3, MONDAY)]


def test_beat_opens_follow_ups_of_more_tickets_than_one_batch_when_limits_expire(
    ticker: Ticker, business: FixedClock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch.jobs, "SWEEP_BATCH", 4)
    for _ in range(10):
        desk.accept()
    business.advance(timedelta(days=8))
    small = PERIODICS["limits.sweep"]
    monkeypatch.setitem(PERIODICS, "limits.sweep", type(small)(small.name, small.every_seconds, small.run, 4))
    ticker.beat()
    for accepted in desk.accepted:
        assert "follow_up.opened" in desk.event_types(accepted.ticket_id)


def test_beat_forgets_keys_only_when_they_are_older_than_a_day(ticker: Ticker) -> None:
    ages = {b"new": timedelta(hours=23), b"old": timedelta(hours=25)}
    with transaction() as session:
        for key, age in ages.items():
            session.add(
                IdempotencyKey(key_digest=key, request_digest=b"", status=201, body="{}", created_at=MACHINE - age)
            )
    ticker.beat()
    with transaction() as session:
        assert session.scalars(select(IdempotencyKey.key_digest)).all() == [b"new"]


def test_beat_forgets_sessions_only_when_they_can_no_longer_be_used(ticker: Ticker) -> None:
    with transaction() as session:
        account = services.create(
            session, login="desk", name="坐席", password="correct horse battery", roles=["operator"],
            actor="account:1", at=MACHINE,
        )  # fmt: skip
        for token, age in ((b"new", policy.LONGEST - timedelta(minutes=1)), (b"old", policy.LONGEST * 2)):
            session.add(
                LoginSession(token_digest=token, account_id=account, created_at=MACHINE - age, seen_at=MACHINE - age)
            )
    ticker.beat()
    with transaction() as session:
        assert session.scalars(select(LoginSession.token_digest)).all() == [b"new"]
