"""What stands beside a ticket: internal notes, and links to other tickets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class TicketNote(Base):
    """An internal note; its words are ``text_entry`` of kind ``note`` with this number as version. No unit: the hotline's."""

    __tablename__ = "ticket_note"
    __table_args__ = (ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    actor: Mapped[str]
    at: Mapped[datetime]


class TicketLink(Base):
    """``ticket_id`` is related to, or follows, ``other_id``; both sides show it.

    ``other_id`` is no foreign key: its check would lock the other ticket, and two that link each other would wait in a circle.
    """

    __tablename__ = "ticket_link"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_ticket_link_other", "other_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
