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

MEGABYTE = 1_000_000


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


def children(pid: int) -> list[int]:
    """Direct children of a process."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


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


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Finished:
    """Run ``command`` to its end, stderr into ``log``. Raises RuntimeError with its last words where it fails."""
    output = log.with_suffix(".out")
    with log.open("wb") as errors, output.open("wb") as answers:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=dict(environment), stdout=answers, stderr=errors)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        last = log.read_text("utf-8", "replace")[-2000:]
        raise RuntimeError(f"{' '.join(command[-3:])} ended with {process.returncode}: {last}")
    return Finished(seconds, usage.ru_maxrss * 1024, output.read_text("utf-8", "replace"))


def hotline() -> str:
    """The command ``hotline`` of this environment."""
    return str(Path(sys.executable).parent / "hotline")
