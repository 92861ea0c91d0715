"""One-time links by which a person sets the own password: whoever makes an account never knows it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access import policy, queries
from dispatch.access.models import Account, AccountInvite
from dispatch.access.services import digest, end_invites, note, set_password
from dispatch.kernel.errors import Conflict, DomainError, NotFound

PATH = "/welcome/"


def issue(session: Session, login: str, *, actor: str, at: datetime) -> str:
    """A new link's token, told this once; an older one of the account ends. Raises ``account.not_found``, ``account.disabled``."""
    account = queries.lock_account(session, login)
    if account is None:
        raise NotFound("account.not_found", "没有这个账号。")
    if account.disabled_at is not None:
        raise Conflict("account.disabled", "这个账号已停用。")
    end_invites(session, account.account_id, at=at)
    token = secrets.token_urlsafe(policy.TOKEN_BYTES)
    session.add(
        AccountInvite(
            token_digest=digest(token),
            account_id=account.account_id,
            created_at=at,
            expires_at=at + policy.INVITE_FOR,
        )
    )
    note(session, "account.invite", actor=actor, at=at, subject=f"account:{account.account_id}")
    return token


def invited(session: Session, token: str, *, at: datetime) -> Account:
    """Whose link this is. Raises ``invite.over`` (410) for one that was never issued, was used, replaced or has run out."""
    account = session.scalar(
        select(Account)
        .join(AccountInvite, AccountInvite.account_id == Account.account_id)
        .where(
            AccountInvite.token_digest == digest(token),
            AccountInvite.ended_at.is_(None),
            AccountInvite.expires_at > at,
            Account.disabled_at.is_(None),
        )
        .with_for_update()
    )
    if account is None:
        raise DomainError("invite.over", "链接无效、已用过或已过期，请向安全管理员要一个新的。", status=410)
    return account


def accept(session: Session, token: str, password: str, *, at: datetime) -> Account:
    """The person's own password; the link is spent with it. Raises ``invite.over``, ``account.password_weak``."""
    account = invited(session, token, at=at)
    set_password(session, account.login, password, actor=f"account:{account.account_id}", at=at)
    return account
