"""The relay: hands outbox rows to the queue, and again whatever was not done in time. The database keeps the promise.

Any number may run: each claims other rows (``outbox.claim``). Redis away, wiped or slow only means late.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

from redis import RedisError
from rq import Queue
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dispatch.kernel import outbox, queue
from dispatch.kernel.clock import Clock, SystemClock
from dispatch.kernel.db import transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.outbox import Outbox
from dispatch.kernel.trouble import Trouble

CLAIM_LIMIT = 500
BATCH = 50  # a job costs more than an effect: measured 150 jobs/s
STUBBORN_ATTEMPTS = 3  # after so many tries a row travels alone: one that kills its worker must not take others along
LOST_ATTEMPTS = 10  # so often a row whose handler never failed is offered again without a longer wait
QUEUE_LIMIT = 20  # jobs: what lies here longer than a claim lasts would be offered again
IDLE_SECONDS = 0.25
AWAY_SECONDS = 1.0
RECALL_SECONDS = 60.0

log = get_logger(__name__)


class Relay:
    """One relay over ``jobs``. Runs inside an application context; ``clock`` is the machine's."""

    def __init__(self, jobs: Queue, clock: Clock | None = None) -> None:
        self.jobs = jobs
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
            ids = outbox.claim(session, at=now, limit=CLAIM_LIMIT)
            hurry(session, ids, at=now)
            alone = stubborn(session, ids)
        try:
            queue.put(self.jobs, batches(ids, alone))
        except RedisError:
            self._give_back(ids, now)
            raise
        return len(ids)

    def _give_back(self, ids: Sequence[int], now: datetime) -> None:
        # Without the database too: the claim itself runs out.
        with suppress(SQLAlchemyError), transaction() as session:
            outbox.release(session, ids, next_at=now + timedelta(seconds=AWAY_SECONDS))

    def _recall(self, session: Session, now: datetime) -> None:
        if time.monotonic() >= self._recall_at:
            self._recall_at = time.monotonic() + RECALL_SECONDS
            recall(session, at=now)


def hurry(session: Session, ids: Sequence[int], *, at: datetime) -> None:
    """Back off from handlers that fail only: what was lost on the way (a killed worker, a wiped Redis) comes again soon."""
    lost = Outbox.attempts.between(2, LOST_ATTEMPTS), Outbox.last_error.is_(None)
    soon = at + timedelta(seconds=outbox.RETRY_SECONDS)
    if ids:
        session.execute(update(Outbox).where(Outbox.outbox_id.in_(ids), *lost).values(next_at=soon))


def stubborn(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of ``ids`` that were tried more than ``STUBBORN_ATTEMPTS`` times, this one counted."""
    if not ids:
        return set()
    tried = select(Outbox.outbox_id).where(Outbox.outbox_id.in_(ids), Outbox.attempts > STUBBORN_ATTEMPTS)
    return set(session.scalars(tried))


def batches(ids: Sequence[int], alone: set[int]) -> Iterator[Sequence[int]]:
    """``ids`` as the lists that jobs carry: ``alone`` each by itself, the others ``BATCH`` at a time."""
    together = [row for row in ids if row not in alone]
    for start in range(0, len(together), BATCH):
        yield together[start : start + BATCH]
    for row in sorted(alone):
        yield [row]


def recall(session: Session, *, at: datetime) -> None:
    """Make due at once what waits longer than any back-off: it was put off by a machine clock that has been set back."""
    longest = timedelta(seconds=outbox.RETRY_LIMIT_SECONDS + outbox.RETRY_SECONDS)
    session.execute(update(Outbox).where(Outbox.next_at > at + longest).values(next_at=None))
