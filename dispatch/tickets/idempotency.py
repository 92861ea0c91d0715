"""Same key, same answer: what was answered to a request is kept in the transaction that did the work (quality.md).

The first statement of that transaction is an advisory lock on the key's hash, so of two requests at once only one works.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import VERSION, assume, forget, is_confirmed
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.tickets.models import IdempotencyKey

KEPT = timedelta(hours=24)  # long enough for a client that comes back after a night's outage
CLEAN_UP_BATCH = 1_000
LONGEST_KEY = 255
RETRY_AFTER_SECONDS = 1

# Lock and lookup share a statement: its snapshot may be older than the lock, which the insert's conflict then tells. With them
# comes the version of the reference data, by which an intake then decides without asking again.
LOCK_AND_LOOK = select(
    func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger)).label("is_mine"),
    IdempotencyKey.request_digest,
    IdempotencyKey.status,
    IdempotencyKey.body,
    *VERSION,
).select_from(
    select(literal(1)).subquery().outerjoin(IdempotencyKey, IdempotencyKey.key_digest == bindparam("key_digest"))
)
KEEP = (
    pg_insert(IdempotencyKey.__table__)  # type: ignore[arg-type]
    .on_conflict_do_nothing()
    .returning(IdempotencyKey.status)
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was, or was earlier, answered: HTTP status and body."""

    status: int
    body: str


class StillRunning(Conflict):
    """The first request with this key has not ended yet: try again after ``RETRY_AFTER_SECONDS``."""

    def __init__(self) -> None:
        super().__init__("idempotency.still_running", "同一请求正在处理，请稍后重试。", field="Idempotency-Key")


def once(
    session: Session,
    key: str,
    *,
    scope: str,
    secret: str | bytes,
    payload: bytes,
    at: datetime,
    act: Callable[[], Answer],
) -> Answer:
    """Run ``act`` in this transaction unless ``key`` was answered before; ``scope`` keeps clients apart.

    Must begin the transaction. ``secret`` keys the digest of ``payload``: a bare hash of names and numbers could be guessed.
    ``at``: machine time, from which the key is kept for ``KEPT``.
    Raises 409 ``idempotency.still_running``, 422 ``idempotency.key_reused``, 400 ``idempotency.key_missing`` and
    ``idempotency.key_unusable``.
    """
    digest = hashlib.sha256(f"{scope}\0{_checked(key)}".encode()).digest()
    fingerprint = hmac.new(secret.encode() if isinstance(secret, str) else secret, payload, hashlib.sha256).digest()
    lock = int.from_bytes(digest[:8], "big", signed=True)
    is_assumed = assume(session)
    found = session.connection().execute(LOCK_AND_LOOK, {"lock": lock, "key_digest": digest}).one()
    if is_assumed and not is_confirmed(session, found[-len(VERSION) :]):
        forget(session)
    if found.request_digest is not None:
        if not hmac.compare_digest(bytes(found.request_digest), fingerprint):
            raise DomainError(
                "idempotency.key_reused", "这个 Idempotency-Key 已用于内容不同的请求。", field="Idempotency-Key"
            )
        return Answer(found.status, found.body)
    if not found.is_mine:
        raise StillRunning
    answer = act()
    _keep(session, digest, fingerprint, answer, at)
    return answer


def _checked(key: str) -> str:
    if not key:
        raise DomainError(
            "idempotency.key_missing", "缺少 Idempotency-Key 请求头。", status=400, field="Idempotency-Key"
        )
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise DomainError(
            "idempotency.key_unusable",
            f"Idempotency-Key 须为至多 {LONGEST_KEY} 个可见 ASCII 字符。",
            status=400,
            field="Idempotency-Key",
        )
    return key


def _keep(session: Session, digest: bytes, fingerprint: bytes, answer: Answer, at: datetime) -> None:
    values = {
        "key_digest": digest,
        "request_digest": fingerprint,
        "status": answer.status,
        "body": answer.body,
        "created_at": at,
    }
    if session.connection().execute(KEEP, values).first() is None:
        raise StillRunning  # the other one ended between our snapshot and our lock; the retry gets its answer


def forget_old(session: Session, at: datetime) -> int:
    """Delete up to ``CLEAN_UP_BATCH`` keys kept longer than ``KEPT`` at machine time ``at``; returns how many."""
    old = select(IdempotencyKey.key_digest).where(IdempotencyKey.created_at < at - KEPT).limit(CLEAN_UP_BATCH)
    gone = delete(IdempotencyKey).where(IdempotencyKey.key_digest.in_(old.scalar_subquery()))
    return len(session.execute(gone.returning(IdempotencyKey.created_at)).all())
