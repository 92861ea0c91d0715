"""Rates and percentiles of one run, and the medians of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figures:
    """One run: answers per second, latencies in milliseconds, how many were given and how many failed.

    ``cpu``: milliseconds of processor time of the server's own processes per answer; 0 where there are none. Other work on
    the machine disturbs it far less than it does the rate.
    """

    rate: float
    p50: float
    p95: float
    p99: float
    count: int
    failed: int
    cpu: float = 0.0

    @classmethod
    def of(cls, seconds: Sequence[float], elapsed: float, failed: int = 0) -> Figures:
        """From the latency of every answer, in seconds."""
        ordered = sorted(seconds)
        p50, p95, p99 = (1000 * percentile(ordered, share) for share in (50, 95, 99))
        return cls(len(ordered) / elapsed, p50, p95, p99, len(ordered), failed)


def percentile(ordered: Sequence[float], share: int) -> float:
    """The smallest value that at least ``share`` percent do not pass (nearest rank); 0 of nothing."""
    if not ordered:
        return 0.0
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def middle(runs: Sequence[Figures]) -> Figures:
    """Medians over runs, each column by itself; counts and failures add up."""

    def of(read: Callable[[Figures], float]) -> float:
        return median(read(run) for run in runs)

    return Figures(
        of(lambda run: run.rate),
        of(lambda run: run.p50),
        of(lambda run: run.p95),
        of(lambda run: run.p99),
        sum(run.count for run in runs),
        sum(run.failed for run in runs),
        of(lambda run: run.cpu),
    )


def ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """Median of the ratios of runs that stood side by side: what disturbs the machine disturbs both."""
    return median(mine / other for mine, other in zip(ours, others, strict=True))
