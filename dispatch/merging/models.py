"""Who was merged into what, and when: the intervals that any later ``as-of`` asks for (rules.md §5–6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class TicketMerge(Base):
    """并单: from ``merged_at`` until ``ended_at`` the ticket was a voice of ``into_id``.

    ``via_id``: it came along when that ticket, whose voice it was, was merged itself. ``kept``: what unmerging restores and no
    column tells, ``{"next_at": {assignment number: instant}, "had_follow_up": …, "round": …,
    "order": {"number": …, "state": …}, "supplement": number}``, the last two where the merge cancelled one.
    """

    __tablename__ = "ticket_merge"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        ForeignKeyConstraint(["into_id"], ["ticket.ticket_id"]),
        Index("ix_ticket_merge_into_id", "into_id"),
        Index("ix_ticket_merge_merged_at", "merged_at"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    into_id: Mapped[int]
    via_id: Mapped[int | None]
    merged_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    kept: Mapped[dict[str, Any]]
