"""The relay: hands outbox rows to the queue, and again whatever was not done in time. The database keeps the promise.

Any number may run: each claims other rows (``claims.claim``). Redis away, wiped or slow only means late.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

from redis import RedisError
from rq import Queue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dispatch.kernel import claims, queue
from dispatch.kernel.claims import Claimed
from dispatch.kernel.clock import Clock, SystemClock
from dispatch.kernel.db import transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.trouble import Trouble

CLAIM_LIMIT = 500
BATCH = 50  # a job costs more than an effect, a transaction too
STUBBORN_ATTEMPTS = 3  # after so many tries a row travels alone: one that kills its worker must not take others along
QUEUE_LIMIT = 20  # jobs: what lies here longer than a claim lasts would be offered again
IDLE_SECONDS = 0.25
AWAY_SECONDS = 1.0
RECALL_SECONDS = 60.0

log = get_logger(__name__)


class Relay:
    """One relay over ``jobs``, each with up to ``batch`` rows. Runs inside an application context; ``clock`` is the machine's."""

    def __init__(self, jobs: Queue, clock: Clock | None = None, *, batch: int = BATCH) -> None:
        self.jobs = jobs
        self.batch = batch
        self.clock = clock or SystemClock()
        self._recall_at = time.monotonic()

    def run(self, stopping: Event) -> None:
        """Relay until ``stopping`` is set; waits out whatever is away."""
        trouble = Trouble(log, "relay")
        while not stopping.is_set():
            try:
                handed = self.step()
            except (RedisError, SQLAlchemyError) as error:
                trouble.met(error)
                stopping.wait(AWAY_SECONDS)
                continue
            trouble.over()
            if handed < CLAIM_LIMIT:
                stopping.wait(IDLE_SECONDS)

    def step(self) -> int:
        """Hand over what is due, at most ``CLAIM_LIMIT`` rows; how many. Raises RedisError or SQLAlchemyError."""
        if self.jobs.count >= QUEUE_LIMIT:
            return 0
        now = self.clock.now()
        with transaction() as session:
            self._recall(session, now)
            claimed = claims.claim(session, at=now, limit=CLAIM_LIMIT)
        try:
            queue.put(self.jobs, batches(claimed, self.batch))
        except RedisError:
            self._give_back([row.outbox_id for row in claimed], now)
            raise
        return len(claimed)

    def _give_back(self, ids: Sequence[int], now: datetime) -> None:
        # Without the database too: the claim itself runs out.
        with suppress(SQLAlchemyError), transaction() as session:
            claims.release(session, ids, next_at=now + timedelta(seconds=AWAY_SECONDS))

    def _recall(self, session: Session, now: datetime) -> None:
        if time.monotonic() >= self._recall_at:
            self._recall_at = time.monotonic() + RECALL_SECONDS
            claims.recall(session, at=now)


def batches(claimed: Sequence[Claimed], batch: int) -> Iterator[Sequence[int]]:
    """The rows as the lists that jobs carry: ``batch`` at a time, but those tried often each by itself."""
    together = [row.outbox_id for row in claimed if row.attempts <= STUBBORN_ATTEMPTS]
    for start in range(0, len(together), batch):
        yield together[start : start + batch]
    for row in claimed:
        if row.attempts > STUBBORN_ATTEMPTS:
            yield [row.outbox_id]
