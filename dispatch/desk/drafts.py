"""Drafts of the desk: saved every few seconds, sealed, taken up after a crash, gone with the ticket or after a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.desk.models import DeskDraft
from dispatch.kernel.errors import DomainError

KEPT = timedelta(hours=24)  # a call cut off in the night is taken up in the morning
MOST = 5  # of one operator: a desk is one form, a few more where windows were left open
LONGEST_KEY = 64
LONGEST = 60_000  # characters; the longest text that intake takes, three times over
CLEAN_UP_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """One kept draft, opened. ``repr`` tells nothing."""

    key: str
    saved_at: datetime
    form: Mapping[str, str]

    def __repr__(self) -> str:
        return "Draft(***)"


def save(session: Session, account_id: int, key: str, form: Mapping[str, str], *, vault: Vault, at: datetime) -> bool:
    """Keep what is typed, in place of what was kept of this form; False where the form is over. ``at``: machine time.

    Raises ``draft.key_unusable`` and 413 ``draft.too_long``.
    """
    words = json.dumps(dict(form), ensure_ascii=False)
    if len(words) > LONGEST:
        raise DomainError("draft.too_long", "内容太长，草稿没有保存。", status=413)
    sealed, key_id = vault.seal_words(words, bound_to=_bound_to(account_id, key))
    values = {"sealed": sealed, "key_id": key_id, "saved_at": at}
    row = pg_insert(DeskDraft).values(account_id=account_id, key=_checked(key), **values)
    # Whoever ended the form first has the row: a save that was under way does not bring it back.
    kept = row.on_conflict_do_update(
        index_elements=["account_id", "key"], set_=values, where=DeskDraft.sealed.is_not(None)
    )
    if session.execute(kept.returning(DeskDraft.key)).first() is None:
        return False
    _drop_surplus(session, account_id)
    return True


def end(session: Session, account_id: int, key: str, *, at: datetime) -> None:
    """The ticket was made, or the draft dropped: its words go at once, and no late save brings them back."""
    values = {"sealed": None, "key_id": None, "saved_at": at}
    row = pg_insert(DeskDraft).values(account_id=account_id, key=_checked(key), **values)
    session.execute(row.on_conflict_do_update(index_elements=["account_id", "key"], set_=values))


def kept(session: Session, account_id: int, *, vault: Vault, at: datetime) -> list[Draft]:
    """The drafts of this operator that are not over and not too old, the newest first."""
    rows = session.scalars(
        select(DeskDraft)
        .where(DeskDraft.account_id == account_id, DeskDraft.sealed.is_not(None), DeskDraft.saved_at > at - KEPT)
        .order_by(DeskDraft.saved_at.desc())
    ).all()
    return [Draft(row.key, row.saved_at, _opened(row, vault)) for row in rows]


def forget_old(session: Session, at: datetime) -> int:
    """Delete up to ``CLEAN_UP_BATCH`` drafts not touched for ``KEPT`` at machine time ``at``, ended ones too; returns how many."""
    key = (DeskDraft.account_id, DeskDraft.key)
    old = select(*key).where(DeskDraft.saved_at <= at - KEPT).limit(CLEAN_UP_BATCH)
    gone = delete(DeskDraft).where(tuple_(*key).in_(old.subquery().select()))
    return len(session.execute(gone.returning(DeskDraft.account_id)).all())


def _drop_surplus(session: Session, account_id: int) -> None:
    mine = (DeskDraft.account_id == account_id, DeskDraft.sealed.is_not(None))
    older = select(DeskDraft.key).where(*mine).order_by(DeskDraft.saved_at.desc()).offset(MOST)
    session.execute(delete(DeskDraft).where(*mine, DeskDraft.key.in_(older.scalar_subquery())))


def _opened(row: DeskDraft, vault: Vault) -> dict[str, str]:
    words = vault.open_words(row.sealed or b"", row.key_id or "", bound_to=_bound_to(row.account_id, row.key))
    return {str(name): str(value) for name, value in json.loads(words).items()}


def _bound_to(account_id: int, key: str) -> str:
    return f"draft:{account_id}:{key}"


def _checked(key: str) -> str:
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise DomainError("draft.key_unusable", "草稿编号有误，请刷新页面。", status=400, field="key")
    return key
