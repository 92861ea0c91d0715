"""A small month, replayed once for all tests that look at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, make_url

import wsgi
from dispatch.demo import stage
from dispatch.demo.desk import Desk
from dispatch.demo.replay import Outcome, replay
from dispatch.demo.stage import Options, Stage
from dispatch.directory.services import load_shipped_calendar
from dispatch.kernel.application import runtime
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.conftest import run_sql

# A Monday noon in Beijing, four days after the end of a period.
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """One service call that the replay says it made."""

    verb: str
    ticket_id: int | None
    at: datetime
    actor: str


@dataclass
class Month:
    """The replayed month: its application (with a clock that stands at the window's end), and what was done."""

    app: Flask
    scene: Stage
    outcome: Outcome
    made: list[Made]
    database_url: str


@contextmanager
def month(base: Config, home: Path, *, tickets: int, seed: int = 5) -> Iterator[Month]:
    """Replay ``tickets`` and the tail into a database of its own."""
    url = make_url(str(base.database_url))
    run_sql(
        url,
        'DROP DATABASE IF EXISTS "demo_month" WITH (FORCE)',
        'CREATE DATABASE "demo_month" TEMPLATE "template_hotline"',
    )
    address = url.set(database="demo_month").render_as_string(hide_password=False)
    app = wsgi.create_app(dataclasses.replace(base, database_url=address, home=home), clock=FixedClock(NOW))
    made: list[Made] = []
    with app.app_context(), Desk(app, lambda *call: made.append(Made(*call))) as desk:
        with transaction() as session:
            load_shipped_calendar(session, at=NOW)
        scene = stage.set_stage(Options(tickets, seed, None), home=home, zone_now=NOW, is_new=True)
        world, calls = stage.set_world(scene, desk, vault=runtime().vault)
        outcome = replay(world, calls, targets=scene.city.targets, progress=lambda _done, _at: None)
        stage.end_simulation()
    yield Month(app, scene, outcome, made, address)
    engine = create_engine(address)
    engine.dispose()
    run_sql(url, 'DROP DATABASE "demo_month" WITH (FORCE)')
