"""What the machine is, what processes hold in memory, and a command run to its end with its time and memory."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WATCH_SECONDS = 0.05
BUSY_LOAD = 1.0


@dataclass(frozen=True)
class Memory:
    """Bytes: ``rss`` counts shared pages in every process, ``pss`` gives each process its share of them."""

    rss: int
    pss: int


@dataclass(frozen=True)
class Finished:
    """A command that ended well: wall-clock seconds, its largest resident set in bytes, what it wrote on stdout."""

    seconds: float
    max_rss: int
    output: str


def describe() -> dict[str, str]:
    """Processor, cores, memory, versions, and how busy the machine was before we began."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {
        "processor": f"{len(os.sched_getaffinity(0))} × {model}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load before": " ".join(f"{value:.1f}" for value in os.getloadavg()),
    }


def is_busy() -> bool:
    """Whether others were using a core or more of the machine during the last minute."""
    return os.getloadavg()[0] >= BUSY_LOAD


def children(pid: int) -> list[int]:
    """Direct children of a process."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def services_seconds(home: Path) -> float:
    """Processor time of PostgreSQL and Redis that serve from this HOTLINE_HOME, connections that have ended included."""
    roots = _services_of(home)
    ended = sum(sum(map(int, _read(root, "stat").rpartition(b")")[2].split()[13:15])) for root in roots)
    together = cpu_seconds([*roots, *(child for root in roots for child in children(root))])
    return together + ended / os.sysconf("SC_CLK_TCK")


def _services_of(home: Path) -> list[int]:
    roots = [pid for pid in _pids() if str(home).encode() in _read(pid, "cmdline") and b"-D" in _read(pid, "cmdline")]
    roots += [
        pid for pid in _pids() if b"redis-server" in _read(pid, "cmdline") and str(home).encode() in _read(pid, "cwd")
    ]
    return roots


def _pids() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    with contextlib.suppress(OSError):
        path = Path(f"/proc/{pid}/{name}")
        return os.fsencode(path.readlink()) if name == "cwd" else path.read_bytes()
    return b""


def memory_of(pids: Iterable[int]) -> Memory:
    """Resident memory of some processes together."""
    rss = pss = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in ("Rss", "Pss"):
                amount = int(rest.split()[0]) * 1024
                rss, pss = (rss + amount, pss) if name == "Rss" else (rss, pss + amount)
    return Memory(rss, pss)


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time, user and system, that some processes have used so far; one that has ended meanwhile counts no more."""
    ticks = 0
    for pid in pids:
        fields = _read(pid, "stat").rpartition(b")")[2].split()
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Finished:
    """Run ``command`` to its end, stderr into ``log``. Raises RuntimeError with its last words where it fails."""
    output = log.with_suffix(".out")
    with log.open("wb") as errors, output.open("wb") as answers:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=dict(environment), stdout=answers, stderr=errors)
        try:
            peak = _watch(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - began
    if process.returncode != 0:
        last = log.read_text("utf-8", "replace")[-2000:]
        raise RuntimeError(f"{' '.join(command[-3:])} ended with {process.returncode}: {last}")
    return Finished(seconds, peak, output.read_text("utf-8", "replace"))


def _watch(process: subprocess.Popen[bytes]) -> int:
    """Wait for its end; the peak of its memory and that of its children together, from the kernel's high-water marks.

    Not from ``ru_maxrss``: that also counts what we ourselves held when we forked.
    """
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            peak = max(peak, sum(map(_high_water, [process.pid, *children(process.pid)])))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(WATCH_SECONDS)
    return peak


def _high_water(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    _, found, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) * 1024 if found else 0


def hotline() -> str:
    """The command ``hotline`` of this environment."""
    return str(Path(sys.executable).parent / "hotline")
