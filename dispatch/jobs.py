"""Everything that happens by itself: importing this registers every consumer of events and every periodic job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dispatch.access import policy
from dispatch.access.models import LoginSession
from dispatch.archives import services as archives
from dispatch.calendars import jobs as calendars
from dispatch.desk import drafts
from dispatch.directory.snapshot import reference
from dispatch.duty.standing_in import call_backups
from dispatch.field import entries, uploads
from dispatch.follow_ups import link_maker
from dispatch.incidents.telling import tell
from dispatch.kernel import seals
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.periodic import periodic
from dispatch.likeness import services as likeness
from dispatch.limits.sweep import sweep
from dispatch.notices import consumers
from dispatch.notices import jobs as messages
from dispatch.outcomes import links
from dispatch.search import indexing
from dispatch.tickets import idempotency

__all__ = ["calendars", "consumers", "link_maker", "links", "messages"]

# In one transaction, so few that no desk waits for a swept ticket: under a second on a busy machine (docs/performance.md).
SWEEP_BATCH = 500
SWEPT_SINGLY = 25  # of those that go ticket by ticket, which are dearer
TELL_BATCH = 100
DUTY_BATCH = 100
CLEAN_BATCH = 5_000
WORDS_BATCH = 500
RECENT_WORDS_BATCH = 200
ARCHIVE_BATCH = 50
DRIFT_MONTHS = 2  # the running one and the one before, whose last tickets were confirmed since


@periodic("limits.sweep", every_seconds=10, batch=SWEEP_BATCH)
def sweep_limits(session: Session, at: datetime) -> int:
    """Cards, follow-ups at expiry, rulings by silence: within 60 s of their instant."""
    return sweep(session, at, reference=reference(session, at), limit=SWEEP_BATCH, singly=SWEPT_SINGLY)


@periodic("duty.call_backups", every_seconds=10, batch=DUTY_BATCH)
def call_duty_backups(session: Session, at: datetime) -> int:
    """Whoever is on duty has left a call unread: their backup is called."""
    return call_backups(session, at, reference=reference(session, at), limit=DUTY_BATCH)


@periodic("incidents.tell", every_seconds=5, batch=TELL_BATCH)
def tell_progress(session: Session, at: datetime) -> int:
    """One progress of a known incident to all who called about it, a few tickets at a time."""
    return tell(session, at, limit=TELL_BATCH)


@periodic("seals.seal", every_seconds=60, batch=seals.LEAVES_PER_SEAL)
def seal(session: Session, at: datetime) -> int:
    """A seal over the chains that grew in the last minute."""
    return seals.seal_changed(session, at=at)


@periodic("archives.archive", every_seconds=600, batch=ARCHIVE_BATCH)
def archive_closed(session: Session, at: datetime) -> int:
    """Tickets closed long enough become e-archives."""
    return archives.archive_due(
        session, at, vault=runtime().vault, reference=reference(session, at), limit=ARCHIVE_BATCH
    )


@periodic("search.fill_recent", every_seconds=5, batch=RECENT_WORDS_BATCH)
def fill_recent_words(session: Session, _at: datetime) -> int:
    """What was just taken in becomes searchable."""
    return indexing.fill_recent(session, vault=runtime().vault, limit=RECENT_WORDS_BATCH)


@periodic("search.fill", every_seconds=600, batch=WORDS_BATCH + 1)
def fill_words(session: Session, _at: datetime) -> int:
    """Imported tickets and stragglers become searchable; a large import is for ``hotline search index``."""
    return indexing.fill(session, vault=runtime().vault, limit=WORDS_BATCH)


@periodic("learning.count_drift", every_seconds=86_400, batch=DRIFT_MONTHS + 1)
def count_drift(session: Session, at: datetime) -> int:
    """How the category model in force does on the tickets of this month and the last one."""
    from dispatch.learning import drift  # numpy is for those alone who need it

    zone, taxonomy = runtime().config.time_zone, reference(session, at).taxonomy
    return drift.count(session, at, taxonomy=taxonomy, zone=zone, months=DRIFT_MONTHS)


@periodic("tuning.propose_places", every_seconds=86_400)
def propose_places(session: Session, at: datetime) -> int:
    """Names of places that settled tickets speak of and the gazetteer does not know, for a person to accept."""
    from dispatch.tuning import proposing  # a night's work: nobody else needs it

    return proposing.propose(session, reference=reference(session, at), at=at)


@periodic("likeness.forget", every_seconds=600, batch=CLEAN_BATCH)
def forget_likeness(session: Session, at: datetime) -> int:
    """Signatures of words received longer ago than anybody looks for repeats."""
    return likeness.forget_old(session, at, days=reference(session, at).procedure.repeat_days, limit=CLEAN_BATCH)


@periodic("intake.forget_keys", every_seconds=600, batch=idempotency.CLEAN_UP_BATCH)
def forget_keys(session: Session, _at: datetime) -> int:
    """Idempotency keys whose clients have long stopped asking, by the machine's clock."""
    return idempotency.forget_old(session, machine_now())


@periodic("desk.forget_drafts", every_seconds=600, batch=drafts.CLEAN_UP_BATCH)
def forget_drafts(session: Session, _at: datetime) -> int:
    """What operators began to type and nobody took up, by the machine's clock."""
    return drafts.forget_old(session, machine_now())


@periodic("field.forget_photos", every_seconds=600, batch=uploads.CLEAN_UP_BATCH)
def forget_photos(session: Session, _at: datetime) -> int:
    """Photos that a phone began to send and never ended, by the machine's clock."""
    return uploads.forget_old(session, machine_now())


@periodic("field.forget_entries", every_seconds=86_400, batch=entries.CLEAN_UP_BATCH)
def forget_entries(session: Session, at: datetime) -> int:
    """What phones sent so long ago that none sends it again."""
    return entries.forget_old(session, at)


@periodic("access.forget_sessions", every_seconds=3600, batch=CLEAN_BATCH)
def forget_sessions(session: Session, _at: datetime) -> int:
    """Log-ins past their absolute end (by the machine's clock, as log-ins are); that they were is in the access log."""
    old = select(LoginSession.token_digest).where(LoginSession.created_at < machine_now() - policy.LONGEST)
    gone = delete(LoginSession).where(LoginSession.token_digest.in_(old.limit(CLEAN_BATCH).scalar_subquery()))
    return len(session.execute(gone.returning(LoginSession.account_id)).all())
