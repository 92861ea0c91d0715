"""The embedded PostgreSQL: a cluster below HOTLINE_HOME, reached by a socket alone."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from dispatch.kernel.services import binaries, folders, processes
from dispatch.kernel.services.processes import ServiceError, run_as

NAME = "postgres"
USER = DATABASE = "hotline"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
ANSWERS, REFUSES, SILENT = 0, 1, 2  # exit codes of pg_isready
START_SECONDS = 60
ORPHANS_SECONDS = 15.0
LOG_BYTES = 10_000_000


def running(home: Path) -> str | None:
    """The address of the server below ``home`` if it answers and its database exists; else None. No lock, no change."""
    folder = _folder(home)
    place = folders.noted_socket_folder(folder, SOCKET) if folder else None
    if folder is None or place is None or not (folder / "database-made").exists() or not (place / SOCKET).exists():
        return None
    programs, _ = binaries.installation(_version(folder))
    return _url(place) if _state(programs, place) == ANSWERS else None


def start(home: Path, shared_buffers: str) -> str:
    """Start the server of ``home``, made first if need be, and wait until it answers; its address.

    The caller holds the lock. pg_isready decides whether one runs, never a pid file.
    """
    folder = _folder(home)
    programs, major = binaries.installation(_version(folder) if folder else None)
    folder = folder or home / f"postgresql-{major}"
    owner = _owner(folder)
    folders.private_folder(folder, owner)
    place = folders.socket_folder(folder, SOCKET, owner)
    if not _comes_up_by_itself(programs, folder, place):
        _end_remains(programs, folder, place, owner)
        _make_cluster(programs, folder, owner)
        _configure(folder, place, owner, shared_buffers)
        _launch(programs, folder, owner)
    _make_database(programs, folder, place, owner)
    return _url(place)


def stop(home: Path) -> bool:
    """Stop the server below ``home`` (open transactions are rolled back); whether one ran."""
    folder = _folder(home)
    if folder is None or not processes.living_in(folder / "data", NAME):
        return False
    programs, _ = binaries.installation(_version(folder))
    _stop(programs, folder, _owner(folder))
    return True


def _folder(home: Path) -> Path | None:
    """The newest cluster that exists: a newer package must not start an empty one beside it."""
    found = [path for path in home.glob("postgresql-*") if path.name.partition("-")[2].isdigit()]
    return max(found, key=_version, default=None)


def _version(folder: Path) -> int:
    return int(folder.name.partition("-")[2])


def _owner(folder: Path) -> tuple[int, int]:
    """PostgreSQL refuses to be root: then it is ``nobody``."""
    owner = processes.folder_owner(folder)
    if owner[0] != 0:
        return owner
    owner = processes.nobody()
    if folder.exists():  # root made it and was killed before it could give it away
        os.chown(folder, *owner)
    return owner


def _url(place: Path) -> str:
    return f"postgresql+psycopg://{USER}@/{DATABASE}?host={quote(str(place), safe='')}&port={PORT}"


def _state(programs: Path, place: Path) -> int:
    command = [
        programs / "pg_isready",
        "--quiet",
        "--timeout=3",
        f"--host={place}",
        f"--port={PORT}",
        f"--username={USER}",
    ]
    return run_as((os.geteuid(), os.getegid()), command, seconds=10)[0]


def _comes_up_by_itself(programs: Path, folder: Path, place: Path) -> bool:
    """Whether it answers already, or after the recovery that it is busy with."""
    if _state(programs, place) == REFUSES:
        processes.wait_until(lambda: _state(programs, place) != REFUSES, START_SECONDS, pause_seconds=0.2)
        if _state(programs, place) == REFUSES:
            raise ServiceError(
                f"PostgreSQL 在 {START_SECONDS} 秒内没有恢复完毕，仍在进行；请稍后再试(日志 {folder / 'postgresql.log'})"
            )
    return _state(programs, place) == ANSWERS


def _end_remains(programs: Path, folder: Path, place: Path, owner: tuple[int, int]) -> None:
    """After a kill: wait for the orphans, stop a server that lost its socket, drop lock files that belong to nobody.

    A zombie, or another program that got the old pid, would make PostgreSQL refuse to start for ever.
    """
    data = folder / "data"
    if not (place / SOCKET).exists() and processes.living_in(data, NAME):
        _stop(programs, folder, owner)
    if not processes.wait_until(partial(_is_gone, data), ORPHANS_SECONDS):
        raise ServiceError(f"旧的 PostgreSQL 进程仍占用 {data},且不应答；请先结束它")
    for stale in (data / "postmaster.pid", place / SOCKET, place / f"{SOCKET}.lock"):
        stale.unlink(missing_ok=True)


def _is_gone(data: Path) -> bool:
    return not processes.living_in(data, NAME)


def _make_cluster(programs: Path, folder: Path, owner: tuple[int, int]) -> None:
    """initdb beside its place, moved there when whole: a kill never leaves a half-made cluster that looks like one."""
    data, draft = folder / "data", folder / "data.making"
    if (data / "global" / "pg_control").exists():
        return
    if data.exists():  # not made by us in this state: set aside, never deleted
        number = next(number for number in range(1, 10_000) if not (folder / f"data.broken-{number}").exists())
        data.rename(folder / f"data.broken-{number}")
    (folder / "database-made").unlink(missing_ok=True)
    _remove_tree(draft, owner)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions", f"--username={USER}"]
    # The built-in provider knows C.UTF-8 on any machine; before 17 there was none.
    provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if _version(folder) >= 17 else []
    code, said = run_as(owner, [programs / "initdb", *options, *provider, "-D", draft])
    if code != 0:
        raise ServiceError(f"PostgreSQL 初始化失败：{said}")
    draft.rename(data)


def _remove_tree(path: Path, owner: tuple[int, int]) -> None:
    if path.exists() and run_as(owner, ["rm", "-rf", "--", path])[0] != 0:
        raise ServiceError(f"无法清除未完成的初始化目录 {path}")


def _configure(folder: Path, place: Path, owner: tuple[int, int], shared_buffers: str) -> None:
    """Write our settings over whatever initdb chose; read anew at every start."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": '"' + str(place).replace('"', '""') + '"',
        "port": str(PORT),
        "max_connections": "200",
        "shared_buffers": shared_buffers,
        "max_wal_size": "4GB",
        "jit": "off",
        "TimeZone": "UTC",
        "log_timezone": "UTC",
        "log_min_error_statement": "panic",  # statements may hold personal data
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",  # nor the row that broke a constraint
    }
    path = folder / "data" / "postgresql.auto.conf"
    path.write_text("".join(f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()), "utf-8")
    if os.geteuid() == 0:
        os.chown(path, *owner)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _launch(programs: Path, folder: Path, owner: tuple[int, int]) -> None:
    log = folder / "postgresql.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(folder / "postgresql.log.1")
    command = [programs / "pg_ctl", "-D", folder / "data", "-l", log, "-w", "-t", str(START_SECONDS), "start"]
    code, said = run_as(owner, command, seconds=START_SECONDS + 30)
    if code != 0:
        last = log.read_text("utf-8", "replace").splitlines()[-3:] if log.exists() else [said]
        raise ServiceError(f"PostgreSQL 没有启动：{' / '.join(last)}(日志 {log})")


def _stop(programs: Path, folder: Path, owner: tuple[int, int]) -> None:
    data = folder / "data"
    if not (data / "postmaster.pid").exists():
        _stop_astray(data)
        return
    command = [programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "-t", str(START_SECONDS), "stop"]
    code, said = run_as(owner, command, seconds=START_SECONDS + 30)
    if code != 0 and processes.living_in(data, NAME):
        raise ServiceError(f"PostgreSQL 没有停止：{said}")


def _stop_astray(data: Path) -> None:
    """A server whose folder somebody deleted while it ran: pg_ctl, which goes by the pid file, would not find it."""
    for process in processes.living_in(data, NAME):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGINT)  # what pg_ctl sends for a fast stop
    if not processes.wait_until(partial(_is_gone, data), START_SECONDS):
        raise ServiceError(f"旧的 PostgreSQL 进程没有停止，它在 {data} 的文件已被删除；请先结束它")


def _make_database(programs: Path, folder: Path, place: Path, owner: tuple[int, int]) -> None:
    """The database itself, once; the mark beside the data tells the quick way that it is there."""
    mark = folder / "database-made"
    if mark.exists():
        return
    reach = [f"--host={place}", f"--port={PORT}", f"--username={USER}"]
    query = f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 # nosec B608 - constants
    code, said = run_as(owner, [programs / "psql", *reach, "-XAtc", query, "postgres"])
    if code == 0 and said == "0":
        code, said = run_as(owner, [programs / "createdb", *reach, "--template=template0", "--encoding=UTF8", DATABASE])
    if code != 0:
        raise ServiceError(f"无法建立数据库 {DATABASE}:{said}")
    mark.touch()
