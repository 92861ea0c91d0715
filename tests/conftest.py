"""Real services for every test: an embedded PostgreSQL and Redis per test process, a fresh copy of a migrated database per test."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from dispatch.access import passwords
from dispatch.directory import snapshot
from dispatch.kernel import collector
from dispatch.kernel.config import Config
from dispatch.kernel.logging import configure_logging
from tests.databases import EMPTY, TOWN, Shelf, run_sql
from tests.order import ByArea, area_of, in_order

__all__ = ["run_sql"]

SHARED_DATA = Path(os.environ.get("HOTLINE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))

# The ordinary run takes the same examples everywhere and each time; the deep one looks for what nobody has seen yet.
settings.load_profile("default" if os.environ.get("HOTLINE_DEEP") == "1" else "ci")


# Half a million objects are there before the first test: the collector looks through the new ones alone, and seldom.
collector.COLLECT_AFTER = (100_000, 20, 20)
ROOM_IN_MEMORY = 6 * 1024**3
PICTURES = 4  # that of a whole city takes some ten megabytes


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded while the tests are found stays until the end."""
    with collector.uncollected():
        found = yield
    gc.freeze()
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that no process waits for another's last long test."""
    items[:] = in_order([(area_of(item.nodeid), item) for item in items])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByArea:
    """Areas are handed out whole (``tests/order.py``)."""
    return ByArea(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; the only reason for which a test may be skipped."""
    if not SHARED_DATA.is_dir():
        pytest.skip("HOTLINE_SHARED_DATA is absent")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes at argon2's least cost: a test makes many accounts, and what a hash costs in earnest is the library's default."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def pictures_by_writer() -> Iterator[None]:
    """The reference data of a template are read once for all its copies: a server numbers its transactions, and a copy keeps the
    number of the one that wrote the version. Whatever a test changes is written by another."""
    load = snapshot._load
    read: dict[tuple[object, ...], Any] = {}

    def loaded(session: Session, version: int) -> Any:
        written = (session.get_bind().engine.url._replace(database=None), *snapshot._key(session)[:2])
        if written[-1] is None:
            return load(session, version)
        read[written] = read.pop(written, None) or load(session, version)  # the last one used stands last
        while len(read) > PICTURES:
            del read[next(iter(read))]
        return read[written]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "_load", loaded)
        yield


@dataclass
class Logs:
    """What logging is set to; ``Config`` says the same of an installation."""

    log_level: str = "INFO"
    log_format: str = "json"
    warnings: tuple[str, ...] = ()


@pytest.fixture(scope="session", autouse=True)
def logs_as_in_earnest() -> None:
    """Logging as an installation has it. The library's own default draws every error as a picture, which takes half a second."""
    configure_logging(Logs())


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A HOTLINE_HOME of its own, with its services running."""
    from dispatch.kernel import services

    folder = Path(tempfile.mkdtemp(prefix="hotline-test-", dir=_in_memory()))
    os.environ["HOTLINE_HOME"] = str(folder)
    try:
        yield folder
    finally:
        services.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """A folder in memory with room for the databases, which are copied two thousand times; None: the ordinary one."""
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return memory if has_room else None


@pytest.fixture(scope="session")
def base_config(home: Path) -> Config:
    """Configuration with the addresses of the running services filled in, and a migrated template database."""
    from dispatch.kernel import services
    from dispatch.kernel.db import migrate

    config = Config.from_environment({"HOTLINE_HOME": str(home)})
    endpoints = services.ensure(config)
    config = replace(config, database_url=endpoints.database_url, redis_url=endpoints.redis_url)
    url = make_url(endpoints.database_url)
    # A killed server loses nothing by this, only a lost machine would; every test has a database of its own to make, which is
    # gone before it were worth vacuuming.
    saved = (f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "autovacuum"))
    run_sql(url, *saved, "SELECT pg_reload_conf()", f'CREATE DATABASE "{EMPTY}"')
    migrate(url.set(database=EMPTY).render_as_string(hide_password=False))
    return config


@pytest.fixture(scope="session")
def shelf(base_config: Config) -> Iterator[Shelf]:
    """Empty databases that wait for the next tests."""
    with Shelf(make_url(str(base_config.database_url)), EMPTY) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def town_shelf(base_config: Config) -> Iterator[Shelf]:
    """The same with the small town in them: half of all tests begin there, and copying it is cheaper than founding it."""
    from tests.town import found

    url = make_url(str(base_config.database_url))
    run_sql(url, f'CREATE DATABASE "{TOWN}" TEMPLATE "{EMPTY}"')
    engine = create_engine(url.set(database=TOWN))
    with Session(engine) as session, session.begin():
        found(session)
    engine.dispose()
    with Shelf(url, TOWN) as shelf:
        yield shelf


@pytest.fixture
def in_town() -> None:
    """Asked for by who begins in the small town and needs no desk there."""


@pytest.fixture
def config(base_config: Config, request: pytest.FixtureRequest) -> Iterator[Config]:
    """A database of this test's own: migrated, and with the small town in it where the test asks for that or its desk."""
    is_in_town = not {"desk", "in_town"}.isdisjoint(request.fixturenames)
    shelf: Shelf = request.getfixturevalue("town_shelf" if is_in_town else "shelf")
    url = shelf.take()
    try:
        yield replace(base_config, database_url=url.render_as_string(hide_password=False))
    finally:
        shelf.give_back(url)
