"""Verbs on accounts: create, disable, roles, unit, password, language, tokens. Each leaves a line in the access log."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.access import policy, queries
from dispatch.access.models import AccessLog, Account, AccountInvite, AccountRole, ApiToken, LoginSession
from dispatch.access.passwords import UNSET, hash_password
from dispatch.access.permissions import check_roles, check_scopes, check_unit, permissions_of
from dispatch.kernel.errors import Conflict, DomainError, NotFound

LOGIN_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
LONGEST_NAME = 64


def note(
    session: Session, action: str, *, actor: str, at: datetime, subject: str | None, outcome: str = "done"
) -> None:
    """One line of the access log; never personal data of reporters."""
    values = {"at": at, "actor": actor, "action": action, "subject": subject, "outcome": outcome}
    session.execute(insert(AccessLog).values(**values))


def digest(token: str) -> bytes:
    """What is kept of a session or API token: random enough that a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def create(
    session: Session,
    *,
    login: str,
    name: str,
    password: str | None,
    roles: Iterable[str],
    unit_id: int | None = None,
    actor: str,
    at: datetime,
) -> int:
    """A new account; returns its id. Raises ``account.*`` for a bad log-in, name, password, role, or one taken.

    Without a password nobody logs in until the person has set one by a link (``invites``).
    """
    if not LOGIN_SHAPE.fullmatch(login):
        raise DomainError(
            "account.login_unreadable", "账号须为 2 至 64 位小写字母、数字、点、横线或下划线。", field="login"
        )
    _check_name(name)
    wanted = check_roles(roles)
    check_unit(wanted, unit_id)
    made = pg_insert(Account).values(
        login=login,
        name=name.strip(),
        password_hash=UNSET if password is None else hash_password(password, login=login),
        unit_id=unit_id,
        created_at=at,
        failed_count=0,
    )
    # Waits for another who makes the same just now, and then sees it.
    account_id: int | None = session.scalar(
        made.on_conflict_do_nothing(index_elements=["login"]).returning(Account.account_id)
    )
    if account_id is None:
        raise Conflict("account.login_taken", "这个账号已存在。", field="login")
    _write_roles(session, account_id, wanted)
    note(session, "account.create", actor=actor, at=at, subject=f"account:{account_id}")
    return account_id


def disable(session: Session, login: str, *, actor: str, at: datetime) -> None:
    """End an account: its sessions and tokens end with it."""
    account = _account(session, login)
    account.disabled_at = account.disabled_at or at
    end_sessions(session, account.account_id, at=at)
    end_invites(session, account.account_id, at=at)
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account.account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    note(session, "account.disable", actor=actor, at=at, subject=f"account:{account.account_id}")


def remove_unused(session: Session, login: str, *, actor: str, at: datetime) -> bool:
    """Take away an account that nobody ever came in by, so that its log-in is free again; False where it has a past to keep."""
    account = _account(session, login)
    if account.password_hash != UNSET:
        return False
    account_id = account.account_id
    try:
        with session.begin_nested():
            for table in (AccountInvite, AccountRole, Account):
                session.execute(delete(table).where(table.account_id == account_id))
    except IntegrityError:  # on a roster, say
        return False
    session.expunge(account)
    note(session, "account.remove", actor=actor, at=at, subject=f"account:{account_id}")
    return True


def set_roles(session: Session, login: str, roles: Iterable[str], *, actor: str, at: datetime) -> None:
    """Replace the roles. Raises ``account.roles_conflict`` (三员分立) and ``account.own_roles``."""
    wanted = check_roles(roles)
    account = _account(session, login)
    check_unit(wanted, account.unit_id)
    if actor == f"account:{account.account_id}":
        raise DomainError("account.own_roles", "不能修改自己的角色。")
    session.execute(delete(AccountRole).where(AccountRole.account_id == account.account_id))
    _write_roles(session, account.account_id, wanted)
    note(
        session,
        "account.roles",
        actor=actor,
        at=at,
        subject=f"account:{account.account_id}",
        outcome=" ".join(sorted(wanted)) or "none",
    )


def set_unit(session: Session, login: str, unit_id: int | None, *, actor: str, at: datetime) -> None:
    """Move a person to another unit; None for the hotline's own people."""
    account = _account(session, login)
    check_unit(queries.roles_of(session, account.account_id), unit_id)
    account.unit_id = unit_id
    note(
        session,
        "account.unit",
        actor=actor,
        at=at,
        subject=f"account:{account.account_id}",
        outcome=f"unit:{unit_id}" if unit_id else "none",
    )


def place(session: Session, login: str, roles: Iterable[str], unit_id: int | None, *, actor: str, at: datetime) -> None:
    """Roles and unit together, where either alone would be refused: from one unit's role to none, or the reverse."""
    account, wanted = _account(session, login), check_roles(roles)
    check_unit(wanted, unit_id)
    if account.unit_id != unit_id and unit_id is not None:
        set_unit(session, login, unit_id, actor=actor, at=at)
    if queries.roles_of(session, account.account_id) != wanted:
        set_roles(session, login, wanted, actor=actor, at=at)
    if account.unit_id != unit_id:
        set_unit(session, login, unit_id, actor=actor, at=at)


def rename(session: Session, login: str, name: str, *, actor: str, at: datetime) -> None:
    """Another name of the same person. Raises ``account.name_unreadable``."""
    _check_name(name)
    account = _account(session, login)
    account.name = name.strip()
    note(session, "account.name", actor=actor, at=at, subject=f"account:{account.account_id}")


def set_password(session: Session, login: str, password: str, *, actor: str, at: datetime) -> None:
    """A new password: it lifts a lock and ends every session and every open link of the account."""
    account = _account(session, login)
    account.password_hash = hash_password(password, login=login)
    account.failed_count, account.locked_until = 0, None
    end_sessions(session, account.account_id, at=at)
    end_invites(session, account.account_id, at=at)
    note(session, "account.password", actor=actor, at=at, subject=f"account:{account.account_id}")


def set_language(session: Session, account_id: int, language: str | None) -> None:
    """Remember a person's language for the next log-in."""
    session.execute(update(Account).where(Account.account_id == account_id).values(language=language))


def issue_token(
    session: Session,
    login: str,
    *,
    name: str,
    scopes: Iterable[str],
    days: int = policy.TOKEN_DAYS,
    actor: str,
    at: datetime,
) -> str:
    """A new API token, shown this once. Raises ``token.*`` for unknown scopes, or those beyond the account's roles."""
    account = _account(session, login)
    if account.disabled_at is not None:
        raise Conflict("account.disabled", "这个账号已停用。")
    wanted = check_scopes(scopes)
    if beyond := wanted - permissions_of(queries.roles_of(session, account.account_id)):
        raise DomainError("token.beyond_roles", f"该账号没有这些权限：{'、'.join(sorted(beyond))}。", field="scopes")
    token = secrets.token_urlsafe(policy.TOKEN_BYTES)
    session.add(
        ApiToken(
            token_digest=digest(token),
            account_id=account.account_id,
            name=name,
            scopes=" ".join(sorted(wanted)),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    note(
        session,
        "token.issue",
        actor=actor,
        at=at,
        subject=f"account:{account.account_id}",
        outcome=" ".join(sorted(wanted)),
    )
    return token


def end_sessions(session: Session, account_id: int, *, at: datetime) -> None:
    """Log an account out everywhere."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_invites(session: Session, account_id: int, *, at: datetime) -> None:
    """No link of the account lets anybody set a password any more."""
    session.execute(
        update(AccountInvite)
        .where(AccountInvite.account_id == account_id, AccountInvite.ended_at.is_(None))
        .values(ended_at=at)
    )


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise DomainError("account.name_unreadable", f"姓名须为 1 至 {LONGEST_NAME} 个字符。", field="name")


def _account(session: Session, login: str) -> Account:
    account = queries.lock_account(session, login)
    if account is None:
        raise NotFound("account.not_found", "没有这个账号。")
    return account


def _write_roles(session: Session, account_id: int, roles: frozenset[str]) -> None:
    session.add_all(AccountRole(account_id=account_id, role=role) for role in sorted(roles))
    session.flush()
