"""Puts people back as they were before a table was put: all of them, or nobody where one was changed again since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access import account_uploads, services
from dispatch.access.account_checks import AccountFacts, KnownAccount
from dispatch.access.models import AccountUpload
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict


def undo(session: Session, upload_id: int, *, reference: Reference, actor: str, at: datetime) -> AccountUpload:
    """Give the changed accounts their name, unit and roles back; take away the new ones that nobody has used, end the others.

    What people did meanwhile stays theirs. Raises ``account.upload_not_put`` where it was not put or is undone already,
    ``account.upload_overtaken`` where an account was changed since, a unit is no more, or one is the undoer's own.
    """
    account_uploads.lock(session)
    row = account_uploads.upload(session, upload_id)
    if row.done is None or row.undone_at is not None or not isinstance(row.done["changed"], Mapping):
        raise Conflict("account.upload_not_put", "这次导入没有写入，或已经撤销。")
    known = account_uploads.known_to(session, actor)
    _require_untouched(row.done, known, reference)
    for login, change in row.done["changed"].items():
        before = facts_of(change["before"])
        account_uploads.change(session, login, known[login].facts, before, reference=reference, actor=actor, at=at)
    for login in row.done["added"]:
        if not services.remove_unused(session, login, actor=actor, at=at):
            services.disable(session, login, actor=actor, at=at)
    row.undone_at, row.undone_by = at, actor
    return row


def facts_of(kept: list[Any]) -> AccountFacts:
    """As ``done`` keeps them."""
    name, unit_code, roles = kept
    return AccountFacts(name, unit_code, tuple(roles))


def _require_untouched(done: Mapping[str, Any], known: Mapping[str, KnownAccount], reference: Reference) -> None:
    overtaken = [login for login, kept in done["added"].items() if not _stands(known.get(login), facts_of(kept))]
    for login, change in done["changed"].items():
        before, account = facts_of(change["before"]), known.get(login)
        is_gone = bool(before.unit_code) and before.unit_code not in reference.by_code
        if account is None or is_gone or account.facts != facts_of(change["after"]) or account.refusal(before):
            overtaken.append(login)
    if overtaken:
        raise Conflict(
            "account.upload_overtaken",
            "导入之后有的账号又有变更，或是您自己的账号，不能整体撤销。请到这些账号的页面逐个处理。",
            logins=overtaken,
        )


def _stands(account: KnownAccount | None, facts: AccountFacts) -> bool:
    """Whether a new account is as it was made, or was ended meanwhile, and is not the undoer's own."""
    return account is not None and not account.is_own and (account.is_disabled or account.facts == facts)
