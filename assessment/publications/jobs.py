"""Freezing and recomputing outside requests: periodic jobs find what is due, the workers do it one by one.

The work is in rows (a publication that is ``preparing``, a check without an end), Redis only carries their numbers: what it loses
is offered again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from redis import RedisError
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from assessment.publications.models import Publication, PublicationCheck, PublicationFile
from assessment.publications.states import PublicationState
from dispatch.kernel import queue
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import db, transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.logging import get_logger
from dispatch.kernel.periodic import periodic
from dispatch.kernel.trouble import Trouble

FREEZE = "assessment.publications.jobs.freeze_some"
CHECK = "assessment.publications.jobs.check_some"
WRITE = "assessment.publications.jobs.write_some"
OFFERED = 20
ONCE = 1_000_000  # all that is due is begun in one run: not again at once
QUEUE_LIMIT = 40  # jobs: beyond it offering again would only repeat what already waits
IS_PREPARING = Publication.state == PublicationState.PREPARING
IS_WAITING = PublicationCheck.finished_at.is_(None)

log = get_logger(__name__)
trouble = Trouble(log, "publications")
queue.FUNCTIONS |= {FREEZE, CHECK, WRITE}


@periodic("publications.prepare", every_seconds=300, batch=ONCE)
def prepare_due(session: Session, at: datetime) -> int:
    """Begin the tables of settled periods that are prepared by themselves."""
    from assessment.publications import preparation

    return len(preparation.prepare_due(session, zone=runtime().config.time_zone, at=at))


@periodic("publications.offer", every_seconds=10, batch=3 * OFFERED + 1)
def offer(session: Session, at: datetime) -> int:
    """Hand what waits to the workers. What a worker has in hand is locked and passed over; Redis away: all of it waits."""
    from assessment.publications import bulletin_files

    waiting = {
        FREEZE: _unlocked(session, Publication.publication_id, IS_PREPARING),
        CHECK: _unlocked(session, PublicationCheck.check_id, IS_WAITING),
        WRITE: bulletin_files.waiting(session, at=at, limit=OFFERED),
    }
    if not any(waiting.values()):
        return 0
    try:
        jobs = queue.effects_queue(queue.connect(str(runtime().config.redis_url)))
        if jobs.count < QUEUE_LIMIT:
            for function, ids in waiting.items():
                queue.put(jobs, [[one] for one in ids], function=function)
        trouble.over()
    except RedisError as error:
        trouble.met(error)
        return 0
    return sum(map(len, waiting.values()))


def freeze_some(ids: Sequence[int]) -> None:
    """The job: freeze publications, each in its own transaction. One that cannot be is discarded with the reason."""
    for publication_id in ids:
        try:
            freeze_one(publication_id)
        except DomainError as error:
            log.warning("publication.not_frozen", publication_id=publication_id, reason=error.code)
            _give_up(publication_id, error.message)


def freeze_one(publication_id: int) -> bool:
    """Freeze it, unless somebody else does or has."""
    from assessment.publications import freezing

    with transaction() as session:
        if not _unlocked(
            session, Publication.publication_id, IS_PREPARING, Publication.publication_id == publication_id
        ):
            return False
        freezing.freeze(session, publication_id, at=now())
        return True


def check_some(ids: Sequence[int]) -> None:
    """The job: recompute publications, each in its own transaction."""
    from assessment.publications import checks

    for check_id in ids:
        with transaction() as session:
            if _unlocked(session, PublicationCheck.check_id, IS_WAITING, PublicationCheck.check_id == check_id):
                checks.perform(session, check_id, at=now())


def write_some(ids: Sequence[int]) -> None:
    """The job: write bulletins. What one of two workers has taken the other passes over; what cannot be written says why."""
    from assessment.publications import bulletin_files

    for file_id in ids:
        with transaction() as session:
            is_mine = bulletin_files.take(session, file_id, at=now())
        if not is_mine:
            continue
        digest, fault = None, None
        try:
            with transaction() as session:
                told = partial(_tell, file_id)
                digest = bulletin_files.write(session, file_id, home=runtime().config.home, progress=told)
        except DomainError as error:
            log.warning("bulletin.not_written", file_id=file_id, reason=error.code)
            fault = error.message
        with transaction() as session:
            row = session.get_one(PublicationFile, file_id)
            row.digest, row.fault, row.finished_at = digest, fault, now()


def _tell(file_id: int, rows: int) -> None:
    """Progress, seen while the writing goes on: in a transaction of its own."""
    with db.engine.begin() as connection:
        connection.execute(update(PublicationFile).where(PublicationFile.file_id == file_id).values(rows_done=rows))


def _give_up(publication_id: int, reason: str) -> None:
    from assessment.publications import preparation, services

    with transaction() as session:
        services.discard(session, publication_id, reason=reason, actor=preparation.ACTOR, at=now())


def _unlocked(session: Session, key: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> list[int]:
    """The numbers of such rows that no other transaction has locked; locked by this one until it ends."""
    query = select(key).where(*conditions).order_by(key).limit(OFFERED).with_for_update(skip_locked=True)
    return list(session.scalars(query))
