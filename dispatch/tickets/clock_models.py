"""What moves due instants: extensions, suspensions, and the pauses that both suspension and waiting for the citizen bring."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Extension(Base):
    """延期: asked for by a lead before its due instant, decided by the policy's approver; the reason is in ``text_entry``."""

    __tablename__ = "extension"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_extension_open", "asked_at", "ticket_id", postgresql_where=text("state = 'asked'")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    assignment_number: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    amount: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class Suspension(Base):
    """挂账: what cannot be solved now, with measures (in ``text_entry``) and a definite date, on which it is reviewed."""

    __tablename__ = "suspension"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_suspension_open", "asked_at", "ticket_id", postgresql_where=text("state = 'asked'")),
        Index("ix_suspension_running", "until", "ticket_id", postgresql_where=text("state = 'running'")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    assignment_number: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    state: Mapped[str]
    until: Mapped[date]
    review_count: Mapped[int] = mapped_column(SmallInteger)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Pause(Base):
    """The clock stands from ``begins_at`` to ``ended_at``, or to ``ends_at`` where nobody ended it early (rules.md §1)."""

    __tablename__ = "pause"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_pause_running", "ends_at", "ticket_id", postgresql_where=text("ended_at IS NULL")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
