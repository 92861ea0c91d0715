"""Follow-ups and their attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import BY_TICKET, Base


class FollowUp(Base):
    """回访: one per round of a ticket, opened at the lead's due instant or at completion."""

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index(
            "ix_follow_up_queue",
            "next_attempt_at",
            "ticket_id",
            postgresql_where=text("state IN ('open', 'attempted')"),
        ),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    state: Mapped[str]
    opened_at: Mapped[datetime]
    charged_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    attempt_count: Mapped[int] = mapped_column(SmallInteger)
    next_attempt_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FollowUpAttempt(Base):
    """One try to reach the caller, with the three answers where they were given."""

    __tablename__ = "follow_up_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "round"], ["follow_up.ticket_id", "follow_up.round"]),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    agent: Mapped[str]
    outcome: Mapped[str]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]
