"""Setting the stage: a database that holds nothing but this demo, the sample city in it, its people, and the plan of the month."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from dispatch.access.queries import person_by_login
from dispatch.access.vault import Vault
from dispatch.demo import accounts, marker
from dispatch.demo.accounts import DemoAccount, Staff
from dispatch.demo.calls import Call, calls
from dispatch.demo.desk import Desk
from dispatch.demo.marker import Marker
from dispatch.demo.places import DemoCity, choose_city
from dispatch.demo.rota import keep_rota
from dispatch.demo.window import Window, last_window
from dispatch.demo.world import World
from dispatch.directory import services as directory
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel import closing
from dispatch.kernel.closing import Month
from dispatch.kernel.database_clock import set_clock
from dispatch.kernel.db import db, migrate, transaction
from dispatch.kernel.errors import Conflict
from dispatch.knowledge.samples import load_samples
from dispatch.routing.places import PlaceUnit

LOCK_FILE = "demo.lock"

# Who takes part in the end of the month: the two who publish, and units that may contest their numbers.
ENDING = ("evaluator1", "city1", "head1", "street1", "street2", "street3", "heat1", "bureau1")


@dataclass(frozen=True)
class Options:
    """What the command was asked for."""

    tickets: int
    seed: int
    complaints: Path | None


@dataclass(frozen=True)
class Stage:
    """Everything the replay and the printed lines need. ``window`` ends where simulated time meets real time."""

    options: Options
    window: Window
    city: DemoCity
    units: list[PlaceUnit]
    reference: Reference
    people: list[DemoAccount]
    staff: Staff
    password: str


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One demo per HOTLINE_HOME at a time; the lock ends with the process. Raises ``demo.already_running``."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict("demo.already_running", "这个 HOTLINE_HOME 里已有一个演示在运行。") from None
        yield


def finished_demo(*, is_fresh: bool) -> Marker | None:
    """The demo that is complete and to be kept; None: the replay is to begin. Raises ``demo.database_in_use``."""
    with transaction() as session:
        found, is_empty = marker.read_marker(session), marker.is_empty(session)
    if found is None and not is_empty:
        raise Conflict(
            "demo.database_in_use",
            "这个数据库里已有数据，而且不是演示数据；演示不会动它。请换一个 HOTLINE_HOME 再运行，例如 HOTLINE_HOME=var/demo hotline demo",
        )
    return found if found and found.state == marker.READY and not is_fresh else None


def holds_remains() -> bool:
    """Whether an earlier demo left something behind."""
    with transaction() as session:
        return marker.read_marker(session) is not None


def clear(database_url: str) -> None:
    """Drop every table of the demo and make them anew: simpler to trust than going on in the middle of a broken replay."""
    db.engine.dispose()
    migrate(database_url, "base")
    migrate(database_url)


def set_stage(options: Options, *, home: Path, zone_now: datetime, is_new: bool) -> Stage:
    """City, accounts, knowledge and marker in one transaction. ``zone_now``: the machine's instant."""
    password = accounts.password_of(home)
    with transaction() as session:
        if is_new:
            directory.load_sample_city(session, at=zone_now)
        picture = reference(session)
        window = last_window(zone_now, picture.calendar.zone)
        units = _places(picture)
        city = choose_city(units)
        people = accounts.demo_accounts(city)
        staff = accounts.ensure_accounts(session, people, picture, password=password, at=zone_now)
        load_samples(session, picture, actor=accounts.ACTOR, at=window.starts_at)
        if is_new:
            begun = Marker.begun(tickets=options.tickets, seed=options.seed, period=window.period, at=zone_now)
            marker.write_marker(session, begun)
            keep_rota(session, staff, picture, window)
            set_clock(session, window.starts_at)
    return Stage(options, window, city, units, picture, people, staff, password)


def set_world(stage: Stage, desk: Desk, *, vault: Vault) -> tuple[World, Iterator[Call]]:
    """The world at the window's beginning, and the calls that will come."""
    options, zone = stage.options, stage.reference.calendar.zone
    world = World(
        seed=options.seed,
        window=stage.window,
        zone=zone,
        reference=stage.reference,
        vault=vault,
        staff=stage.staff,
        desk=desk,
    )
    stream = calls(
        options.seed,
        stage.window,
        options.tickets,
        units=stage.units,
        city=stage.city,
        zone=zone,
        complaints=options.complaints,
    )
    return world, stream


def end_simulation() -> None:
    """The month is complete: from this commit on real time holds everywhere."""
    with transaction() as session:
        found = marker.read_marker(session)
        assert found is not None
        marker.write_marker(session, replace(found, state=marker.READY))
        set_clock(session, None)


def end_month(stage: Stage, *, at: datetime) -> list[str]:
    """What follows a month: whatever the composition root has hung in. ``at``: the real instant; sentences for the terminal."""
    actors = stage.staff.actors
    with transaction() as session:
        found = [person_by_login(session, login) for login in ENDING]
        people = tuple(person for person in found if person is not None)
        month = Month(stage.window.period, actors["evaluator1"], actors["city1"], at, people)
        return closing.end_month(session, month)


def restore_clock(session: Session) -> None:
    """A finished demo runs in real time, whatever was left of the simulated."""
    set_clock(session, None)


def _places(picture: Reference) -> list[PlaceUnit]:
    codes: dict[int | None, str] = {unit.unit_id: unit.code for unit in picture.by_id.values()} | {None: ""}
    return [PlaceUnit(unit.code, unit.name, unit.kind, codes[unit.parent_id]) for unit in picture.by_code.values()]
