"""Reads of accounts, sessions and tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from dispatch.access.models import Account, AccountRole, ApiToken, LoginSession
from dispatch.access.permissions import permissions_of
from dispatch.directory.models import Unit
from dispatch.kernel.arrays import array_of
from dispatch.kernel.person import Person

ROLES = (
    select(func.coalesce(func.array_agg(aggregate_order_by(AccountRole.role, AccountRole.role)), []).cast(ARRAY(Text)))
    .where(AccountRole.account_id == Account.account_id)
    .correlate(Account)
    .scalar_subquery()
    .label("roles")
)


@dataclass(frozen=True, slots=True)
class SessionPerson:
    """A logged-in person and when this browser was last seen."""

    person: Person
    seen_at: datetime


class SessionNow(NamedTuple):
    """A session in force: when its browser was last seen, and what decides what it may see."""

    seen_at: datetime
    unit_id: int | None
    roles: frozenset[str]


def _people(*further: Any) -> Select[Any]:
    return select(
        Account.account_id, Account.login, Account.name, Account.unit_id, Account.language, Unit.code, ROLES, *further
    ).outerjoin(Unit, Unit.unit_id == Account.unit_id)


def _person(row: Row[Any], scopes: frozenset[str] | None = None) -> Person:
    permissions = permissions_of(row.roles)
    return Person(
        account_id=row.account_id,
        login=row.login,
        name=row.name,
        roles=frozenset(row.roles),
        permissions=permissions if scopes is None else permissions & scopes,
        unit_id=row.unit_id,
        unit_code=row.code,
        language=row.language,
    )


def person_by_login(session: Session, login: str) -> Person | None:
    """The person of an account that is not disabled."""
    row = session.execute(_people().where(Account.login == login, Account.disabled_at.is_(None))).first()
    return _person(row) if row else None


def person_by_session(
    session: Session, token_digest: bytes, *, at: datetime, idle: timedelta, longest: timedelta
) -> SessionPerson | None:
    """Who is logged in with this session token; None when it ended, idled, aged, or the account is disabled."""
    query = _people(LoginSession.seen_at).join(LoginSession, LoginSession.account_id == Account.account_id)
    this = query.where(LoginSession.token_digest == token_digest)
    row = session.execute(_in_force(this, at=at, idle=idle, longest=longest)).first()
    return SessionPerson(_person(row), row.seen_at) if row else None


def sessions_by_digests(
    session: Session, token_digests: Iterable[bytes], *, at: datetime, idle: timedelta, longest: timedelta
) -> dict[bytes, SessionNow]:
    """Many sessions in one question, by their digests; without those that ended, idled, aged or whose account is disabled."""
    these = text("login_session.token_digest = ANY(CAST(:digests AS bytea[]))")
    columns = (LoginSession.token_digest, LoginSession.seen_at, Account.unit_id, ROLES)
    query = select(*columns).join(Account, Account.account_id == LoginSession.account_id).where(these)
    rows = session.execute(_in_force(query, at=at, idle=idle, longest=longest), {"digests": array_of(token_digests)})
    return {key: SessionNow(seen_at, unit_id, frozenset(roles)) for key, seen_at, unit_id, roles in rows}


def _in_force(query: Select[Any], *, at: datetime, idle: timedelta, longest: timedelta) -> Select[Any]:
    return query.where(
        LoginSession.ended_at.is_(None),
        LoginSession.seen_at > at - idle,
        LoginSession.created_at > at - longest,
        Account.disabled_at.is_(None),
    )


def person_by_token(session: Session, token_digest: bytes, *, at: datetime) -> Person | None:
    """The person behind an API token in force, cut to its scopes."""
    row = session.execute(
        _people(ApiToken.scopes)
        .join(ApiToken, ApiToken.account_id == Account.account_id)
        .where(
            ApiToken.token_digest == token_digest,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > at,
            Account.disabled_at.is_(None),
        )
    ).first()
    return _person(row, frozenset(row.scopes.split())) if row else None


def lock_account(session: Session, login: str) -> Account | None:
    """The account of ``login``, locked."""
    return session.scalar(select(Account).where(Account.login == login).with_for_update())


def roles_of(session: Session, account_id: int) -> frozenset[str]:
    """The roles an account holds."""
    return frozenset(session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))


def accounts(session: Session) -> Sequence[Row[Any]]:
    """Every account with roles and unit code, by log-in, for the list."""
    return session.execute(_people(Account.disabled_at, Account.locked_until).order_by(Account.login)).all()


def unit_id_by_code(session: Session, code: str) -> int | None:
    """The unit's id, or None where no unit has this code."""
    return session.scalar(select(Unit.unit_id).where(Unit.code == code))
