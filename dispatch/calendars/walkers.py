"""The walk of ``hotline calendar import`` on every core: batches of tickets, each a transaction of its own, in several processes.

Counting and hashing are Python's work, so threads would wait for one another. The order does not matter: a ticket that has moved
already does not move again, and a cut walk is run again over all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime
from multiprocessing import get_context
from typing import Final, NamedTuple

from dispatch.calendars import recount
from dispatch.calendars.walking import ACTOR, BATCH
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now
from dispatch.kernel.db import db, transaction

MOST: Final = 4  # processes: beyond them the database is what is waited for


class Walked(NamedTuple):
    """How many tickets were looked at, and how many of them moved."""

    seen: int
    moved: int


def batches(since: datetime) -> list[list[int]]:
    """Every ticket that may move, in batches."""
    found: list[list[int]] = []
    with transaction() as session:
        while not found or len(found[-1]) == BATCH:
            found.append(recount.candidates(session, since, after=found[-1][-1] if found else 0, limit=BATCH))
    return [one for one in found if one]


def walk(work: Sequence[list[int]]) -> Iterator[Walked]:
    """Move them all; where one batch fails the rest that has not begun is given up, and the error raised."""
    processes = min(MOST, len(os.sched_getaffinity(0)), len(work))
    if processes < 2:
        yield from map(_move, work)
        return
    db.engine.dispose()  # a connection belongs to one process
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        try:
            for done in as_completed([pool.submit(_move, ids) for ids in work]):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _move(ticket_ids: list[int]) -> Walked:
    with transaction() as session:
        at = now()
        counted = recount.move_these(session, reference(session, at), ticket_ids, actor=ACTOR, at=at)
        return Walked(len(ticket_ids), len(counted))
