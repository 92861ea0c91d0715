"""The supervisor: what dies comes back, what ends ends whole, and nothing survives it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch.kernel import processes
from dispatch.kernel.processes import ROLES, Supervisor

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-c")
SLEEPER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
WITH_CHILD = (
    "import subprocess, sys, time;"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True); time.sleep(600)"
)


def town(*scripts: str, output: io.StringIO | None = None) -> Supervisor:
    roles = [(f"role-{number}", (script,)) for number, script in enumerate(scripts, start=1)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOWN_WORD": "说话"}
    return Supervisor(environment, roles=roles, program=PYTHON, output=output or io.StringIO())


def wait_for(holds: Callable[[], object], seconds: float = 20) -> None:
    patience = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < patience, "nothing happened"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_start_again_when_a_role_is_killed() -> None:
    with town(SLEEPER, SLEEPER) as running:
        wait_for(lambda: len(running.pids()) == 2)
        first = running.pids()
        os.kill(first["role-1"], signal.SIGKILL)
        wait_for(lambda: running.pids().get("role-1", first["role-1"]) != first["role-1"])
        assert running.pids()["role-2"] == first["role-2"]


def test_start_the_held_ones_when_they_are_let_go() -> None:
    roles = [("first", (SLEEPER,)), ("second", (SLEEPER,))]
    with Supervisor(os.environ, roles=roles, held={"second"}, program=PYTHON, output=io.StringIO()) as running:
        wait_for(running.pids)
        time.sleep(3 * processes.WATCH_SECONDS)
        assert list(running.pids()) == ["first"]
        running.let_go()
        wait_for(lambda: len(running.pids()) == 2)


def test_stop_ends_every_role() -> None:
    running = town(SLEEPER, SLEEPER)
    running.start()
    wait_for(lambda: len(running.pids()) == 2)
    pids = running.pids().values()
    running.stop()
    assert not any(lives(pid) for pid in pids)
    assert running.gave_up is None


def test_stop_kills_a_role_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    said = io.StringIO()
    running = town(STUBBORN, output=said)
    running.start()
    wait_for(lambda: "up" in said.getvalue())
    (pid,) = running.pids().values()
    running.stop()
    assert not lives(pid)


def test_end_what_a_role_left_behind_when_it_is_killed() -> None:
    said = io.StringIO()
    with town(WITH_CHILD, output=said) as running:
        wait_for(lambda: said.getvalue().count("\n") == 1)
        orphan = int(said.getvalue().split("|")[1])
        os.kill(running.pids()["role-1"], signal.SIGKILL)
        wait_for(lambda: not lives(orphan))


def test_end_every_role_when_the_supervisor_is_killed() -> None:
    script = (
        "import io, os, sys, time\n"
        "from dispatch.kernel.processes import Supervisor\n"
        f"running = Supervisor(os.environ, roles=[('a', [{SLEEPER!r}]), ('b', [{SLEEPER!r}])], program={PYTHON!r})\n"
        "running.start()\n"
        "while len(running.pids()) < 2: time.sleep(0.02)\n"
        "time.sleep(0.5)\n"  # past the tether
        "print(*running.pids().values(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert [lives(pid) for pid in pids] == [True, True]
        supervisor.kill()
    wait_for(lambda: not any(lives(pid) for pid in pids))


def test_pass_on_what_roles_say_with_their_names_and_the_environment() -> None:
    said = io.StringIO()
    script = "import os, sys, time; print(os.environ['TOWN_WORD']); print('and', file=sys.stderr, flush=True);"
    with town(script + "sys.stdout.flush(); time.sleep(600)", SLEEPER, output=said):
        wait_for(lambda: said.getvalue().count("\n") == 2)
    assert sorted(said.getvalue().splitlines()) == ["role-1 | and", "role-1 | 说话"]


def test_give_up_and_name_the_role_when_it_never_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LONGEST_PAUSE_SECONDS", 0.01)
    with town("raise SystemExit(3)", SLEEPER) as running:
        assert running.wait(30)
        assert running.gave_up == "role-1"
        assert running.pids() == {}


def test_care_is_taken_again_when_it_failed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "CARE_SECONDS", 0.01)
    calls = []

    def care() -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise OSError("away")

    with Supervisor(os.environ, roles=[("a", (SLEEPER,))], program=PYTHON, care=care):
        wait_for(lambda: len(calls) >= 3)


def test_town_has_two_workers_and_one_of_each_other_role() -> None:
    words = sorted(" ".join(arguments) for _, arguments in ROLES)
    assert words == ["relay", "ringing", "scheduler", "serve", "worker", "worker"]
