"""Files of tickets: one row for each, and what it holds beside it. A removed file keeps its row and loses its content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import BY_TICKET, Base


class TicketFile(Base):
    """One file, numbered in its ticket. ``digest`` is SHA-256 of what is kept, ``source_digest`` of what was sent."""

    __tablename__ = "ticket_file"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index(
            "ux_ticket_file_sent",
            "ticket_id",
            "purpose",
            "source_digest",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    purpose: Mapped[str]
    name: Mapped[str | None]  # goes with the content: people put names into it
    media_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[bytes]
    source_digest: Mapped[bytes]
    has_thumbnail: Mapped[bool]
    uploaded_by: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]


class FileContent(Base):
    """The bytes of a file (``whole``) or of its small picture (``thumbnail``), apart so that lists never read them."""

    __tablename__ = "file_content"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "number"], ["ticket_file.ticket_id", "ticket_file.number"]),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]
