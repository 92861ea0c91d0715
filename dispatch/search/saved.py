"""Searches that a person keeps under a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.kernel.errors import Conflict, DomainError
from dispatch.search.asking import Asked
from dispatch.search.models import SavedSearch

MOST: Final = 20
LONGEST_NAME: Final = 40


def kept(session: Session, account_id: int) -> Sequence[SavedSearch]:
    """This person's, by name."""
    own = select(SavedSearch).where(SavedSearch.account_id == account_id)
    return session.scalars(own.order_by(SavedSearch.name)).all()


def keep(session: Session, account_id: int, name: str, asked: Asked, *, at: datetime) -> None:
    """Keep it; the same name again replaces. Raises ``search.name_missing``, ``search.nothing_asked`` or ``search.too_many``."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise DomainError("search.name_missing", "请填写名称，不超过 40 个字。", field="name")
    if asked.is_empty:
        raise DomainError("search.nothing_asked", "请先设定查询条件，再保存。", field="name")
    others = select(func.count()).where(SavedSearch.account_id == account_id, SavedSearch.name != name)
    if (session.scalar(others) or 0) >= MOST:
        raise Conflict("search.too_many", "保存的查询太多，请先删除不用的。", field="name")
    values = {"account_id": account_id, "name": name, "asked": asked.query, "at": at}
    new = insert(SavedSearch).values(**values)
    session.execute(new.on_conflict_do_update(constraint="uq_saved_search_name", set_={"asked": asked.query, "at": at}))


def drop(session: Session, account_id: int, saved_search_id: int) -> None:
    """Forget it; somebody else's is left alone."""
    own = SavedSearch.account_id == account_id, SavedSearch.saved_search_id == saved_search_id
    session.execute(delete(SavedSearch).where(*own))
