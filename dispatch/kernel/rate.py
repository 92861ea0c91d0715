"""A fuse against clients that run away: so many API calls per account and process, the rest is told to wait (429)."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Hashable

from flask import Response

from dispatch.kernel.person import current_person_or_none
from dispatch.kernel.problems import answer, plain_problem

CALLS_PER_SECOND = 300.0  # twice what one machine takes in: honest clients never meet it
BURST = 600.0
REMEMBERED = 10_000

Buckets = OrderedDict[Hashable, tuple[float, float]]

_buckets: Buckets = OrderedDict()


def limit_calls() -> Response | None:
    """To be hung before the requests of an API blueprint; passers-by have been refused by the gate already."""
    person = current_person_or_none()
    if person is None:
        return None
    wait = take(person.account_id, time.monotonic())
    if wait == 0:
        return None
    return answer(plain_problem(429, headers={"Retry-After": str(math.ceil(wait))}))


def take(account_id: int, at: float) -> float:
    """Take one call out of the account's bucket at ``at`` (monotonic seconds): 0 when allowed, else seconds to wait."""
    return _take(_buckets, account_id, at, per_second=CALLS_PER_SECOND, burst=BURST)


class Fuse:
    """The same against guessing: per key (a number, an address), ``burst`` at once and ``per_second`` after.

    One process's own; ``guessing.SharedFuse`` holds across processes.
    """

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._per_second, self._burst = per_second, burst
        self._buckets: Buckets = OrderedDict()

    def take(self, key: str, at: float) -> float:
        """Take one try at ``at`` (monotonic seconds): 0 when allowed, else seconds to wait."""
        return _take(self._buckets, key, at, per_second=self._per_second, burst=self._burst)

    def forget(self) -> None:
        """Fill every bucket again, e.g. between tests."""
        self._buckets.clear()


def _take(buckets: Buckets, key: Hashable, at: float, *, per_second: float, burst: float) -> float:
    tokens, since = buckets.pop(key, (burst, at))
    tokens = min(burst, tokens + (at - since) * per_second)
    allowed = tokens >= 1
    buckets[key] = (tokens - 1 if allowed else tokens, at)
    while len(buckets) > REMEMBERED:
        buckets.popitem(last=False)
    return 0.0 if allowed else (1 - tokens) / per_second


def forget() -> None:
    """Fill every bucket again, e.g. between tests."""
    _buckets.clear()
