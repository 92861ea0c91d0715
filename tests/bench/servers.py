"""The two web servers under the same gunicorn settings: ours by ``hotline serve``, and the bare view."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import load, machine
from tests.bench.bare_view import DATABASE_VARIABLE, SAMPLES_VARIABLE
from tests.bench.home import Home

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
BESIDE = ("worker", "worker", "relay", "scheduler")
DESKS_BIND = "HOTLINE_DESKS_BIND"
START_SECONDS = 60.0
STOP_SECONDS = 35.0
WELL = range(200, 300)


@dataclass(frozen=True)
class Server:
    """A running web server: where it listens, and the process id of its master, or of all that it is. ``socket``: there, and not at
    ``address``."""

    address: tuple[str, int]
    master: int
    socket: str | None = None

    @property
    def where(self) -> load.Address:
        """What a client connects to."""
        return self.socket or self.address

    def cpu_seconds(self) -> float:
        """Processor time of the workers so far."""
        return machine.cpu_seconds(machine.children(self.master) or [self.master])

    def memory(self) -> tuple[machine.Memory, machine.Memory]:
        """(one worker on average, master and workers together)."""
        workers = machine.children(self.master)
        together = machine.memory_of(workers)
        one = machine.Memory(together.rss // len(workers), together.pss // len(workers))
        return one, machine.memory_of([self.master, *workers])


@contextmanager
def ours(home: Home, *, on_socket: bool = False) -> Iterator[Server]:
    """``hotline serve`` as it is, by TCP or as behind a proxy on the same machine."""
    with _serving(home, "hotline", [machine.hotline(), "serve"], {}, on_socket=on_socket) as server:
        yield server


@contextmanager
def ringing(home: Home) -> Iterator[Server]:
    """``hotline ringing`` as it is."""
    with _serving(home, "ringing", [machine.hotline(), "ringing"], {}, bind="HOTLINE_RINGING_BIND") as server:
        yield server


@contextmanager
def desks(home: Home) -> Iterator[Server]:
    """``hotline desks`` as it is."""
    with _serving(home, "desks", [machine.hotline(), "desks"], {}, bind=DESKS_BIND) as server:
        yield server


@contextmanager
def loop(home: Home) -> Iterator[Server]:
    """The floor under it: 204 to everything, under the very settings of ``hotline desks``."""
    with _serving(home, "loop", [sys.executable, "-m", "tests.bench.bare_loop"], {}, bind=DESKS_BIND) as server:
        yield server


@contextmanager
def bare(home: Home, samples: Path) -> Iterator[Server]:
    """The bare view of an intake under the very settings of ``hotline serve``."""
    with _rival(home, "bare", "tests.bench.bare_view", {SAMPLES_VARIABLE: str(samples)}) as server:
        yield server


@contextmanager
def touching(home: Home) -> Iterator[Server]:
    """The floor under the verbs, under the very settings of ``hotline serve``."""
    with _rival(home, "touch", "tests.bench.bare_touch", {}) as server:
        yield server


@contextmanager
def nothing(home: Home, *, on_socket: bool = False) -> Iterator[Server]:
    """The floor under an open desk: 204 to everything, under the very settings of ``hotline serve``."""
    with _rival(home, "nothing", "tests.bench.bare_nothing", {}, on_socket=on_socket) as server:
        yield server


@contextmanager
def background(home: Home) -> Iterator[None]:
    """Two workers, the relay and the scheduler, as a city runs them beside its web server."""
    with (home.folder / "background.log").open("wb") as sink:
        started = [
            subprocess.Popen([machine.hotline(), role], env=home.environment, cwd=ROOT, stdout=sink, stderr=sink)
            for role in BESIDE
        ]
        try:
            yield
            if any(one.poll() is not None for one in started):
                raise RuntimeError(
                    f"a process ended: {(home.folder / 'background.log').read_text('utf-8', 'replace')[-2000:]}"
                )
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait(STOP_SECONDS)


@contextmanager
def _rival(home: Home, name: str, module: str, more: Mapping[str, str], *, on_socket: bool = False) -> Iterator[Server]:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dispatch.kernel.web_server"]
    metrics = home.folder / f"{name}-metrics"
    metrics.mkdir(exist_ok=True)
    environment = {
        DATABASE_VARIABLE: str(home.config.database_url),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        **more,
    }
    with _serving(home, name, [*command, f"{module}:create_app()"], environment, on_socket=on_socket) as server:
        yield server


@contextmanager
def _serving(
    home: Home,
    name: str,
    command: list[str],
    more: Mapping[str, str],
    *,
    bind: str = "HOTLINE_BIND",
    on_socket: bool = False,
) -> Iterator[Server]:
    address = ("127.0.0.1", _free_port())
    settings = {bind: f"{address[0]}:{address[1]}", "HOTLINE_WORKERS": str(WORKERS)}
    path = str(home.folder / f"{name}-{address[1]}.sock") if on_socket else None
    settings |= {"HOTLINE_SOCKET": path, "HOTLINE_TRUSTED_PROXIES": "1"} if path else {}
    log = home.folder / f"{name}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            env={**home.environment, **settings, **more},
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        server = Server(address, process.pid, path)
        _wait(process, server.where, log)
        yield server
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], where: load.Address, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if _is_well(where):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{log.stem} did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _is_well(where: load.Address) -> bool:
    client, status = load.Client(where), None
    try:
        client.ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while status is None:
            status = client.take()
    except OSError:
        return False
    finally:
        client.close()
    return status in WELL


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
