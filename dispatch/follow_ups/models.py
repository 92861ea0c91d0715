"""Follow-ups, their attempts, the links sent to citizens, and re-checks."""

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
            "queue_at",
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
    # Its place in line: when it opened, less the head start of an urgent, redone or repeated matter. None: imported.
    queue_at: Mapped[datetime | None]
    # The way first tried: phone or link.
    channel: Mapped[str | None]
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]


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


class FollowUpLink(Base):
    """A satisfaction link as it was sent: only the digest of its token, good once and until it expires."""

    __tablename__ = "follow_up_link"
    __table_args__ = (Index("ix_follow_up_link_ticket", "ticket_id", "round"),)

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    round: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecheckDraw(Base):
    """抽查复核: the draw of one quarter; with its seed anybody can draw the same sample again."""

    __tablename__ = "recheck_draw"

    quarter: Mapped[str] = mapped_column(primary_key=True)
    seed: Mapped[str]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str]


class Recheck(Base):
    """A counted answer that was drawn, asked again by another agent; never replaces the counted one (rules.md §4)."""

    __tablename__ = "recheck"
    __table_args__ = (
        ForeignKeyConstraint(["quarter"], ["recheck_draw.quarter"]),
        Index("ix_recheck_waiting", "ticket_id", postgresql_where=text("ended_at IS NULL")),
    )

    quarter: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    first_agent: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    agent: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]
    disagrees: Mapped[bool | None]
