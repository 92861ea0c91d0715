"""The walk outside requests: a periodic job offers it, a worker takes batch after batch. What Redis loses is offered again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from redis import RedisError
from sqlalchemy.orm import Session

from dispatch.calendars import walking
from dispatch.kernel import queue
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.periodic import periodic
from dispatch.kernel.trouble import Trouble

WALK: Final = "dispatch.calendars.jobs.walk"
AT_ONCE_SECONDS: Final = 20  # then the worker takes what else waits; the next offer goes on
QUEUE_LIMIT: Final = 40

trouble = Trouble(get_logger(__name__), "calendars")
queue.FUNCTIONS |= {WALK}


@periodic("calendars.walk", every_seconds=5, batch=2)
def offer(session: Session, _at: object) -> int:
    """Hand the walk to a worker, unless one has it in hand."""
    if walking.waiting(session) is None:
        return 0
    try:
        jobs = queue.effects_queue(queue.connect(str(runtime().config.redis_url)))
        if jobs.count < QUEUE_LIMIT:
            queue.put(jobs, [[]], function=WALK)
        trouble.over()
    except RedisError as error:
        trouble.met(error)
        return 0
    return 1


def walk(_numbers: Sequence[int] = ()) -> None:
    """The job: one batch after another, each in its own transaction."""
    until = time.monotonic() + AT_ONCE_SECONDS
    while time.monotonic() < until and _one_batch():
        pass


def _one_batch() -> bool:
    with transaction() as session:
        row = walking.waiting(session)
        if row is None:
            return False
        walking.step(session, row, at=now())
        return True
