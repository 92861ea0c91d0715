"""Endings without a unit, hand-overs to the emergency services, alerts, questions to the citizen, and calls called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Ending(Base):
    """How a ticket ended without a unit; ``ground`` is the code of the ground or the agency. Reversed, never deleted."""

    __tablename__ = "ending"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_ending_ended_at", "ended_at"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    ground: Mapped[str | None]
    related_ticket_id: Mapped[int | None]
    ended_at: Mapped[datetime]
    actor: Mapped[str]
    reversed_at: Mapped[datetime | None]


class HandOver(Base):
    """A matter handed to 110, 119, 120 or 122 (``out``) or by them to us (``in``); ``receipt`` is their number for it."""

    __tablename__ = "hand_over"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_hand_over_open", "sent_at", "ticket_id", postgresql_where=text("state = 'sent'")),
        Index("uq_hand_over_in", "agency", "receipt", unique=True, postgresql_where=text("direction = 'in'")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    direction: Mapped[str]
    agency: Mapped[str]
    state: Mapped[str]
    receipt: Mapped[str | None]
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Alert(Base):
    """Words of threat or emergency in a matter (art 29): one row per ticket and kind, until a supervisor has seen it."""

    __tablename__ = "alert"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        UniqueConstraint("ticket_id", "kind"),
        Index("ix_alert_unseen", "alert_id", postgresql_where=text("seen_at IS NULL")),
    )

    alert_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int]
    kind: Mapped[str]
    agency: Mapped[str | None]
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]


class Supplement(Base):
    """待补充: which facts are missing, until when the citizen is waited for, and when the wait ended. ``facts``: codes by blanks."""

    __tablename__ = "supplement"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_supplement_open", "until", "ticket_id", postgresql_where=text("ended_at IS NULL")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    facts: Mapped[str]
    means: Mapped[str]
    asked_by: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
    given_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CallBack(Base):
    """One try to call a missed caller back. The number is only an index; ``call_record_id`` is the missed call."""

    __tablename__ = "call_back"
    __table_args__ = (
        Index("ix_call_back_number", "phone_index", "call_back_id"),
        Index("uq_call_back_open", "phone_index", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    call_back_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    phone_index: Mapped[bytes]
    call_record_id: Mapped[int] = mapped_column(ForeignKey("call_record.call_record_id"))
    taken_by: Mapped[str]
    taken_at: Mapped[datetime]
    held_until: Mapped[datetime]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
