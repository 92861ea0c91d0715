"""A calendar that somebody sent in: what it would move, then how far the walk over the open tickets has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class CalendarDraft(Base):
    """``kind``: ``notice`` (of ``year``) or ``local`` (every addition, in place of those on record).

    ``preview``: what was seen to move when it was sent in. From ``put_at`` on it is in force, and open tickets from
    ``first_changed`` on are counted again, ``walked_to`` being the last one looked at; then ``finished_at`` is set.
    """

    __tablename__ = "calendar_draft"
    __table_args__ = (
        Index(
            "ix_calendar_draft_walk", "draft_id", postgresql_where=text("put_at IS NOT NULL AND finished_at IS NULL")
        ),
    )

    draft_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    year: Mapped[int | None]
    days: Mapped[list[list[Any]]] = mapped_column(JSONB(none_as_null=True))
    source: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    preview: Mapped[dict[str, Any]]
    first_changed: Mapped[date]
    put_at: Mapped[datetime | None]
    put_by: Mapped[str | None]
    walked_to: Mapped[int]
    looked_at: Mapped[int]
    moved: Mapped[int]
    orders_moved: Mapped[int]
    finished_at: Mapped[datetime | None]
