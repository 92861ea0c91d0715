"""Who is on duty when, and who was called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base

# Written out, so that PostgreSQL sees the partial index.
BACKUP_IS_DUE = "backup_due_at IS NOT NULL AND read_at IS NULL AND backup_called_at IS NULL"


class DutyShift(Base):
    """An account on duty for a unit in [starts_at, ends_at), and who is called where it stays silent.

    A unit as a range of one number: so GiST tells units apart without an extension, and no two shifts of one unit overlap.
    """

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("backup_id <> account_id", name="backup"),
        ExcludeConstraint(
            (func.int8range(column("unit_id"), column("unit_id"), text("'[]'")), "&&"),
            (func.tstzrange(column("starts_at"), column("ends_at")), "&&"),
            name="ex_duty_shift_overlap",
            using="gist",
        ),
        Index("ix_duty_shift_unit_id_ends_at", "unit_id", "ends_at"),
    )

    shift_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    backup_id: Mapped[int | None] = mapped_column(ForeignKey("account.account_id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]


class DutyCall(Base):
    """A person called to a ticket by one of its events; its words are the ticket's, none stand here.

    One first call per event and unit, by its shift; ``backup_due_at``: unread then, the backup is called, once
    (``backup_called_at``, also where there was nobody but the district's inbox). None for a backup's own call, and for one
    whose ticket the unit no longer has.
    """

    __tablename__ = "duty_call"
    __table_args__ = (
        UniqueConstraint("ticket_id", "event_number", "unit_id", "account_id"),
        Index(
            "ux_duty_call_first",
            "ticket_id",
            "event_number",
            "unit_id",
            unique=True,
            postgresql_where=text("NOT is_backup"),
        ),
        Index("ix_duty_call_backup_due_at", "backup_due_at", "call_id", postgresql_where=text(BACKUP_IS_DUE)),
        Index("ix_duty_call_unread", "account_id", "call_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_duty_call_account_id", "account_id", "call_id"),
        Index("ix_duty_call_shift_id", "shift_id"),
    )

    call_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int]
    event_number: Mapped[int]
    event_type: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("duty_shift.shift_id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    is_backup: Mapped[bool]
    called_at: Mapped[datetime]
    backup_due_at: Mapped[datetime | None]
    backup_called_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
