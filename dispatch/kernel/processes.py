"""All roles of a town under one process: started with one environment, restarted when they die, ended together."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, Self, TextIO

from dispatch.kernel.logging import get_logger

ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("web", ("serve",)),
    ("ringing", ("ringing",)),
    ("worker-1", ("worker",)),
    ("worker-2", ("worker",)),
    ("relay", ("relay",)),
    ("scheduler", ("scheduler",)),
)
"""Name → the words after ``hotline``, whose processes these are."""

WATCH_SECONDS = 0.2
CARE_SECONDS = 5.0
STEADY_SECONDS = 15.0  # a role that ran so long has come up
FALSE_STARTS = 5  # of a role that never came up: its configuration is wrong, trying on helps nobody
LONGEST_PAUSE_SECONDS = 30.0
STOP_SECONDS = 40.0  # longer than gunicorn's graceful stop

log = get_logger(__name__)


@dataclass
class _Child:
    """One role and the process that plays it now."""

    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    false_starts: int = 0  # in a row: ended by itself before it was steady
    has_been_steady: bool = False


class Supervisor:
    """Runs ``roles`` (each its words after ``program``); a thread of its own starts and watches them, so the caller is free.

    Those named in ``held`` wait for :meth:`let_go`. ``care`` is called every few seconds (for instance to bring the embedded
    services back). As a context manager it stops on leaving. Every process ends with this one, whatever ends it.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        roles: Sequence[tuple[str, Sequence[str]]] = ROLES,
        held: Collection[str] = (),
        program: Sequence[str] | None = None,
        care: Callable[[], object] | None = None,
        output: TextIO | None = None,
    ) -> None:
        self._environment = dict(environment)
        self._program = list(program) if program is not None else [hotline()]
        self._children = [
            _Child(name, tuple(words), start_at=math.inf if name in held else 0.0) for name, words in roles
        ]
        self._width = max(len(child.name) for child in self._children)
        self._care = care
        self._output = output or sys.stderr
        self._write_lock = Lock()
        self._stopping, self._ended = Event(), Event()
        self.gave_up: str | None = None
        """The role that never came up, once everything was stopped because of it."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; returns at once."""
        # The children are tied to the thread that starts them (prctl), so one thread does it all and lives to the end.
        Thread(target=self._live, name="supervisor", daemon=True).start()
        if self._care is not None:
            Thread(target=self._take_care, args=(self._care,), name="supervisor-care", daemon=True).start()

    def let_go(self) -> None:
        """Begin those that were held, too."""
        for child in self._children:
            if child.start_at == math.inf:
                child.start_at = 0.0

    def stop(self) -> None:
        """End all roles gracefully, kill what does not end; returns when none is left."""
        self._stopping.set()
        self._ended.wait()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all roles have ended (someone called ``stop``, or a role never came up); False: still running."""
        return self._ended.wait(seconds)

    def pids(self) -> dict[str, int]:
        """Role → the process that plays it now; roles between two processes are left out."""
        found = ((child.name, child.process) for child in self._children)
        return {name: process.pid for name, process in found if process is not None and process.poll() is None}

    def _live(self) -> None:
        try:
            while not self._stopping.is_set():
                for child in self._children:
                    self._look_after(child)
                self._stopping.wait(WATCH_SECONDS)
        finally:
            self._end_all()
            self._ended.set()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            if now - child.started > STEADY_SECONDS:
                child.has_been_steady, child.false_starts = True, 0
            return
        _kill_group(child.process)  # what it left behind: gunicorn's workers after a kill -9
        child.process = None
        self._plan_restart(child, code)

    def _plan_restart(self, child: _Child, code: int) -> None:
        """At once after a kill from outside; later each time it ends by itself, and no more if it never came up."""
        pause = 0.0
        if code >= 0:
            child.false_starts += 1
            pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** (child.false_starts - 1))
        child.start_at = time.monotonic() + pause
        log.warning("process.died", role=child.name, code=code, again_in_seconds=pause)
        if not child.has_been_steady and child.false_starts >= FALSE_STARTS:
            self.gave_up = child.name
            log.error("process.never_came_up", role=child.name)
            self._stopping.set()

    def _start(self, child: _Child) -> None:
        command = [sys.executable, "-m", "dispatch.kernel.tether", str(os.getpid()), *self._program, *child.words]
        child.process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which then ends them in order
        )
        child.started = time.monotonic()
        assert child.process.stdout is not None
        Thread(target=self._copy, args=(child.name, child.process.stdout), daemon=True).start()

    def _copy(self, name: str, stream: IO[bytes]) -> None:
        """Pass on what a role says, line by line, with its name before it."""
        with stream:
            for line in stream:
                said = line.decode("utf-8", "replace").rstrip("\n")
                # Without a reader of ours the role must go on all the same: its pipe is emptied, whatever becomes of it.
                with self._write_lock, suppress(OSError, ValueError):
                    self._output.write(f"{name:<{self._width}} | {said}\n")
                    self._output.flush()

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        patience = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.0, patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process.killed", pid=process.pid)
            _kill_group(process)
            process.wait()

    def _take_care(self, care: Callable[[], object]) -> None:
        while not self._stopping.wait(CARE_SECONDS):
            try:
                care()
            except Exception:  # tried again soon, and the roles tell what they miss
                log.exception("care.failed")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)  # the role leads its own group
    except ProcessLookupError:
        return


def hotline() -> str:
    """The command that runs the roles: the one beside this interpreter, else the one on PATH. Raises FileNotFoundError."""
    beside = Path(sys.executable).with_name("hotline")
    found = str(beside) if beside.exists() else shutil.which("hotline")
    if found is None:
        raise FileNotFoundError("hotline")
    return found
