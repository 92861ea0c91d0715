"""A fuse against clients that run away: so many API calls per account and process, the rest is told to wait (429)."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from flask import Response

from dispatch.kernel.person import current_person_or_none
from dispatch.kernel.problems import answer, plain_problem

CALLS_PER_SECOND = 300.0  # twice what one machine takes in: honest clients never meet it
BURST = 600.0
REMEMBERED = 10_000

_buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()


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
    tokens, since = _buckets.pop(account_id, (BURST, at))
    tokens = min(BURST, tokens + (at - since) * CALLS_PER_SECOND)
    allowed = tokens >= 1
    _buckets[account_id] = (tokens - 1 if allowed else tokens, at)
    while len(_buckets) > REMEMBERED:
        _buckets.popitem(last=False)
    return 0.0 if allowed else (1 - tokens) / CALLS_PER_SECOND


def forget() -> None:
    """Fill every bucket again, e.g. between tests."""
    _buckets.clear()
