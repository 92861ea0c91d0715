"""That what an import wrote refers to rows that are there: asked once for all of it before the commit (decision 16).

Row by row, as the foreign keys ask, it is the largest part of what PostgreSQL does in an import. Where the role may not leave them
aside, or a table has a trigger of its own that would be left aside with them, they ask as ever.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ForeignKey, Select, exists, select, text
from sqlalchemy.orm import Session

from dispatch.kernel.db import Base
from dispatch.kernel.errors import DomainError

_MAY = text(
    "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    " AND NOT EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal)"
)


class ReferenceMissing(DomainError):
    """A row refers to one that is not there: a unit that was taken away meanwhile, or a fault of ours."""

    def __init__(self, foreign_key: str) -> None:
        words = f"导入的数据引用了不存在的记录({foreign_key}),没有导入任何一行。请重试；若再次出现，请联系维护人员。"
        super().__init__("import.reference_missing", words, status=500, foreign_key=foreign_key)


def leave_aside(session: Session) -> bool:
    """Let this transaction write without asking row by row, where it may; then ``require`` must be called before it ends."""
    may = bool(session.scalar(_MAY))
    if may:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    return may


def require(session: Session, tables: Collection[str], *, since: int) -> None:
    """Ask of every row of ``tables`` with a ticket id from ``since`` on what its foreign keys would have asked. What they refer to
    outside of ``tables`` is locked as foreign keys lock it, so that it stays until the commit. Raises :class:`ReferenceMissing`."""
    session.execute(text("SET LOCAL session_replication_role = origin"))
    for name in tables:
        for key in sorted(Base.metadata.tables[name].foreign_keys, key=lambda key: key.parent.name):
            is_ours = key.column.table.name in tables
            if session.scalar(select(_orphans(key, since).exists())) if is_ours else _are_gone(session, key, since):
                raise ReferenceMissing(f"{name}.{key.parent.name}")


def _are_gone(session: Session, key: ForeignKey, since: int) -> bool:
    """Whether any row that is named is not there; those that are, are locked."""
    told = select(key.parent).where(key.parent.table.c.ticket_id >= since, key.parent.is_not(None)).distinct()
    named = set(session.scalars(told))
    there = select(key.column).where(key.column.in_(named)).order_by(key.column)
    return named != set(session.scalars(there.with_for_update(read=True, key_share=True)))


def _orphans(key: ForeignKey, since: int) -> Select[Any]:
    parent = key.column.table.alias("parent")
    is_there = exists().where(parent.c[key.column.name] == key.parent)
    return select(key.parent).where(key.parent.table.c.ticket_id >= since, key.parent.is_not(None), ~is_there)
