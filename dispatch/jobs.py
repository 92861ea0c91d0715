"""Everything that happens by itself: importing this registers every consumer of events and every periodic job."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from dispatch.access import policy
from dispatch.access.models import LoginSession
from dispatch.directory.snapshot import reference
from dispatch.kernel import seals
from dispatch.kernel.application import machine_now
from dispatch.kernel.periodic import periodic
from dispatch.limits.sweep import sweep
from dispatch.notices import consumers
from dispatch.tickets.models import IdempotencyKey

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["consumers", "install"]

SWEEP_BATCH = 200  # in one transaction, so few that no desk waits for a swept ticket
CLEAN_BATCH = 5_000
KEYS_KEPT = timedelta(hours=24)


def install(_app: Flask) -> None:
    """For the composition root: every process that records events must know who listens to them."""


@periodic("limits.sweep", every_seconds=10, batch=SWEEP_BATCH)
def sweep_limits(session: Session, at: datetime) -> int:
    """Cards, follow-ups at expiry, rulings by silence: within 60 s of their instant."""
    return sweep(session, at, reference=reference(session, at), limit=SWEEP_BATCH)


@periodic("seals.seal", every_seconds=60, batch=seals.LEAVES_PER_SEAL)
def seal(session: Session, at: datetime) -> int:
    """A seal over the chains that grew in the last minute."""
    return seals.seal_changed(session, at=at)


@periodic("intake.forget_keys", every_seconds=600, batch=CLEAN_BATCH)
def forget_keys(session: Session, at: datetime) -> int:
    """Idempotency keys whose clients have long stopped asking."""
    old = select(IdempotencyKey.key_digest).where(IdempotencyKey.created_at < at - KEYS_KEPT).limit(CLEAN_BATCH)
    return _deleted(session.execute(delete(IdempotencyKey).where(IdempotencyKey.key_digest.in_(old))))


@periodic("access.forget_sessions", every_seconds=3600, batch=CLEAN_BATCH)
def forget_sessions(session: Session, _at: datetime) -> int:
    """Log-ins past their absolute end (by the machine's clock, as log-ins are); that they were is in the access log."""
    old = select(LoginSession.token_digest).where(LoginSession.created_at < machine_now() - policy.LONGEST)
    return _deleted(session.execute(delete(LoginSession).where(LoginSession.token_digest.in_(old.limit(CLEAN_BATCH)))))


def _deleted(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
