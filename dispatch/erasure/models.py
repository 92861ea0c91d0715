"""Requests to erase what is personal in a ticket. Kept for good: that it was done, why, and by which two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Erasure(Base):
    """One request; at most one of a ticket is open. The reason is ``text_entry`` of kind ``erasure_reason``."""

    __tablename__ = "erasure"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("uq_erasure_open", "ticket_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index("ix_erasure_asked_at", "asked_at"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    ground: Mapped[str]
    state: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
