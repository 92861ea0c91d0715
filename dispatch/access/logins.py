"""Verbs of logging in: check the password, lock after failures, begin, touch and end sessions."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from dispatch.access import passwords, policy, queries
from dispatch.access.models import Account, LoginSession
from dispatch.access.services import digest, note
from dispatch.kernel.arrays import array_of

UNKNOWN = "anonymous"
_TOUCH_MANY = text(
    "UPDATE login_session SET seen_at = :at WHERE token_digest IN (SELECT token_digest FROM login_session"
    " WHERE token_digest = ANY(CAST(:digests AS bytea[])) AND ended_at IS NULL FOR UPDATE SKIP LOCKED)"
)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A log-in that held: the token for the browser, and the language the person chose last."""

    token: str
    account_id: int
    language: str | None


def log_in(session: Session, login: str, password: str, *, at: datetime) -> LoggedIn | None:
    """Check a password and begin a session; None for whatever reason it fails, so that the caller commits the count.

    A locked account refuses the right password too, and an unknown log-in costs the time of a known one.
    """
    account = queries.lock_account(session, login)
    fits = passwords.is_right(account.password_hash if account else None, password)
    if account is None:
        # What was typed is not kept: people type passwords into the wrong field.
        note(session, "login", actor=UNKNOWN, at=at, subject=None, outcome="unknown")
        return None
    actor = f"account:{account.account_id}"
    if account.disabled_at is not None:
        note(session, "login", actor=actor, at=at, subject=actor, outcome="disabled")
        return None
    if account.locked_until is not None and at < account.locked_until:
        note(session, "login", actor=actor, at=at, subject=actor, outcome="locked")
        return None
    if not fits:
        _count_failure(session, account, actor=actor, at=at)
        return None
    account.failed_count, account.locked_until = 0, None
    if passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash_password(password, login=login)
    token = begin_session(session, account.account_id, at=at)
    note(session, "login", actor=actor, at=at, subject=actor)
    return LoggedIn(token, account.account_id, account.language)


def _count_failure(session: Session, account: Account, *, actor: str, at: datetime) -> None:
    account.failed_count += 1
    outcome = "wrong_password"
    if account.failed_count >= policy.FAILURES_ALLOWED:
        account.failed_count, account.locked_until = 0, at + policy.LOCKED_FOR
        outcome = "locked_out"
    note(session, "login", actor=actor, at=at, subject=actor, outcome=outcome)


def begin_session(session: Session, account_id: int, *, at: datetime) -> str:
    """A session row; returns the random token of which only the digest is kept."""
    token = secrets.token_urlsafe(policy.TOKEN_BYTES)
    session.add(LoginSession(token_digest=digest(token), account_id=account_id, created_at=at, seen_at=at))
    session.flush()
    return token


def touch(session: Session, token: str, *, at: datetime) -> None:
    """The browser was seen again."""
    session.execute(update(LoginSession).where(LoginSession.token_digest == digest(token)).values(seen_at=at))


def touch_many(session: Session, token_digests: Collection[bytes], *, at: datetime) -> None:
    """These browsers were seen again; who is being touched by another process meanwhile is passed over, not waited for."""
    if not token_digests:
        return
    session.execute(_TOUCH_MANY, {"digests": array_of(token_digests), "at": at})


def log_out(session: Session, token: str, *, actor: str, at: datetime) -> None:
    """End this session for good, also for whoever copied the cookie."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_digest == digest(token), LoginSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    note(session, "logout", actor=actor, at=at, subject=actor)
