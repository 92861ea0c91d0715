"""Accounts, roles, sessions and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Account(Base):
    """A person who logs in. ``unit_id`` is the unit whose tickets they see; None for the hotline's own people."""

    __tablename__ = "account"

    account_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failed_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    locked_until: Mapped[datetime | None]


class AccountRole(Base):
    """A role held by an account; what a role may do is the table ``permissions.csv``."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class LoginSession(Base):
    """A log-in on one browser; ends by idleness, by age, by log-out or when the account is disabled."""

    __tablename__ = "login_session"

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """A token of an API client: only its digest is kept; ``scopes`` is a blank-separated list of permissions."""

    __tablename__ = "api_token"

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), index=True)
    name: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AccessLog(Base):
    """Log-ins, refusals, changes of accounts and roles: who, what, when; no personal data of reporters."""

    __tablename__ = "access_log"

    access_log_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str | None]
    outcome: Mapped[str]


class AccountInvite(Base):
    """A link by which a person sets the password, once: only its digest is kept. It ends with its use, with a newer link, with any
    other new password, and when the account is disabled."""

    __tablename__ = "account_invite"

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccountUpload(Base):
    """A table of people that was sent in by a page: nothing counts before it is put, and what it changed can be put back.

    ``done``: once put, name, unit and roles of each account that it added, and before and after of each that it changed.
    """

    __tablename__ = "account_upload"

    upload_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]
    put_at: Mapped[datetime | None]
    put_by: Mapped[str | None]
    done: Mapped[dict[str, Any] | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
