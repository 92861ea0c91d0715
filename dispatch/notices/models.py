"""The in-app inbox of units."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Notice(Base):
    """One thing a unit should know, from one event."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("ticket_id", "event_number", "unit_id", "kind"),
        Index("ix_notice_unread", "unit_id", "notice_id", postgresql_where=text("read_at IS NULL")),
    )

    notice_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    ticket_id: Mapped[int]
    event_number: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
