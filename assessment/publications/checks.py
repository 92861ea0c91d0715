"""Recomputations asked for on a page: done at once where there is little to hash, else by a job, and kept either way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from assessment.publications import queries, verification
from assessment.publications.models import Publication, PublicationCheck
from dispatch.kernel.errors import Conflict

# So many facts are hashed again within a request (about a second); more are left to a worker.
FACTS_AT_ONCE = 50_000


def ask(session: Session, publication_id: int, *, actor: str, at: datetime) -> PublicationCheck:
    """Ask for a recomputation; with few facts it is done when this returns. One that still waits is not asked for again."""
    found = queries.publication(session, publication_id, is_locked=True)
    if found.fact_count is None:
        raise Conflict("publication.not_frozen", "这份通报还没有冻结，无从核验。", state=found.state)
    last = queries.last_check(session, publication_id)
    if last is not None and last.finished_at is None:
        return last
    check = PublicationCheck(publication_id=publication_id, asked_by=actor, asked_at=at)
    session.add(check)
    session.flush()
    return perform(session, check.check_id, at=at) if is_small(found) else check


def recompute_big(session: Session, found: Publication, *, actor: str, at: datetime) -> None:
    """For whoever is no request: do here and now what publishing a big one waits for; a small one is recomputed as it is published."""
    if not is_small(found):
        check = ask(session, found.publication_id, actor=actor, at=at)
        perform(session, check.check_id, at=at)


def is_small(found: Publication) -> bool:
    """Whether it can be recomputed while somebody waits for the answer."""
    return (found.fact_count or 0) <= FACTS_AT_ONCE


def perform(session: Session, check_id: int, *, at: datetime) -> PublicationCheck:
    """Do what was asked for, and keep what was found."""
    check = session.get_one(PublicationCheck, check_id)
    finding = verification.verify(session, check.publication_id)
    check.is_sound, check.finding = finding is None, finding.words if finding else None
    check.finished_at = at
    session.flush()
    return check
