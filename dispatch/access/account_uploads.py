"""Tables of people sent in by a page: kept, looked at as often as one likes, put into force in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dispatch.access import invites, queries, services
from dispatch.access.account_checks import COLUMNS, AccountFacts, AccountRow, KnownAccount, check
from dispatch.access.models import AccountUpload
from dispatch.directory.snapshot import Reference
from dispatch.exchange.csvfile import CsvFile, Row, UnreadableFile
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import Conflict, DomainError, NotFound

SHOWN: Final = 50
# Log-ins wait while a table is put, which takes no password hashing and so no time.
_LOCK: Final = text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE")


class Plan(NamedTuple):
    """What a file would do now; ``seal`` changes where that changes."""

    added: list[AccountRow]
    changed: list[AccountRow]
    unchanged: int
    rejects: list[Reject]
    known: Mapping[str, KnownAccount]
    seal: str

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.added or self.changed)


class Welcome(NamedTuple):
    """A new account, and the token of the link by which its person sets the password: shown once, kept nowhere."""

    login: str
    name: str
    token: str


def lock(session: Session) -> None:
    """No account changes beside us until the end of the transaction."""
    session.execute(_LOCK)


def keep(session: Session, content: bytes, *, name: str, actor: str, at: datetime) -> AccountUpload:
    """Keep a file that was sent in; no account is touched."""
    row = AccountUpload(name=name, content=content, actor=actor, at=at)
    session.add(row)
    session.flush()
    return row


def upload(session: Session, upload_id: int) -> AccountUpload:
    """One of them. Raises ``account.unknown_upload``."""
    row = session.get(AccountUpload, upload_id)
    if row is None:
        raise NotFound("account.unknown_upload", "没有这次导入。")
    return row


def listed(session: Session) -> list[AccountUpload]:
    """The last of them, newest first."""
    return list(session.scalars(select(AccountUpload).order_by(AccountUpload.upload_id.desc()).limit(SHOWN)))


def preview(session: Session, row: AccountUpload, *, reference: Reference, actor: str) -> Plan:
    """What the file would do, sent by ``actor``, and every fault with its line and column."""
    known = known_to(session, actor)
    good, rejects = check(_rows(row.content), known, reference.by_code)
    added = [one for one in good if one.login not in known]
    changed = [one for one in good if one.login in known and known[one.login].facts != one.facts]
    said = [[one.login, *one.facts, *known[one.login].facts] for one in changed]
    seal = hashlib.sha256(json.dumps([[one.login, *one.facts] for one in added] + said).encode()).hexdigest()[:16]
    return Plan(added, changed, len(good) - len(added) - len(changed), rejects, known, seal)


def put(
    session: Session, upload_id: int, *, seal: str, reference: Reference, actor: str, at: datetime
) -> list[Welcome]:
    """Make and change the accounts as was seen; returns the link of each new one. ``at``: of the machine's clock.

    Raises ``account.unknown_upload``, ``account.upload_put``, ``account.upload_wrong``, ``account.upload_empty``,
    ``account.upload_stale`` where it would do something else by now.
    """
    lock(session)
    row = upload(session, upload_id)
    if row.put_at is not None:
        raise Conflict("account.upload_put", "这次导入已经写入。")
    seen = preview(session, row, reference=reference, actor=actor)
    if seen.rejects:
        raise DomainError("account.upload_wrong", "文件有误，没有写入任何一行。")
    if seen.seal != seal:
        raise Conflict("account.upload_stale", "账号刚刚有变化，请再看一遍预览。")
    if seen.is_empty:
        raise Conflict("account.upload_empty", "与现有账号完全相同，没有变化。")
    for one in seen.changed:
        before = seen.known[one.login].facts
        change(session, one.login, before, one.facts, reference=reference, actor=actor, at=at)
    row.put_at, row.put_by = at, actor
    was = {one.login: list(seen.known[one.login].facts) for one in seen.changed}
    row.done = {
        "added": {one.login: list(one.facts) for one in seen.added},
        "changed": {one.login: {"before": was[one.login], "after": list(one.facts)} for one in seen.changed},
    }
    return [_create(session, one, reference=reference, actor=actor, at=at) for one in seen.added]


def discard(session: Session, upload_id: int) -> None:
    """Throw away a file that was not put. Raises ``account.unknown_upload``, ``account.upload_put``."""
    row = upload(session, upload_id)
    if row.put_at is not None:
        raise Conflict("account.upload_put", "这次导入已经写入。")
    session.delete(row)


def _create(session: Session, row: AccountRow, *, reference: Reference, actor: str, at: datetime) -> Welcome:
    unit_id = _unit_id(row.facts, reference)
    services.create(
        session,
        login=row.login,
        name=row.facts.name,
        password=None,
        roles=row.facts.roles,
        unit_id=unit_id,
        actor=actor,
        at=at,
    )
    return Welcome(row.login, row.facts.name, invites.issue(session, row.login, actor=actor, at=at))


def change(
    session: Session,
    login: str,
    before: AccountFacts,
    after: AccountFacts,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """Name, unit and roles from ``before`` to ``after``; each verb checks for itself."""
    stamp: dict[str, Any] = {"actor": actor, "at": at}
    if after.name != before.name:
        services.rename(session, login, after.name, **stamp)
    if after[1:] != before[1:]:
        services.place(session, login, after.roles, _unit_id(after, reference), **stamp)


def _unit_id(facts: AccountFacts, reference: Reference) -> int | None:
    return reference.by_code[facts.unit_code].unit_id if facts.unit_code else None


def known_to(session: Session, actor: str) -> dict[str, KnownAccount]:
    """Every account as it stands, by log-in."""
    return {
        row.login: KnownAccount(
            AccountFacts(row.name, row.code or "", tuple(sorted(row.roles))),
            row.disabled_at is not None,
            f"account:{row.account_id}" == actor,
        )
        for row in queries.accounts(session)
    }


def _rows(content: bytes) -> Iterable[Row | Reject]:
    try:
        return list(CsvFile(BytesIO(content), required=COLUMNS))
    except UnreadableFile as error:
        return [error.reject]
