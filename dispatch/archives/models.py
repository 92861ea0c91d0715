"""Archived tickets: the document (canonical JSON) and its page (HTML) as they were made, with their digests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import BY_TICKET, Base


class TicketArchive(Base):
    """One archived ticket. Digests are SHA-256 and stand in the ticket's ``ticket.archived`` event too.

    An erased one (PIPL) keeps nothing else.
    """

    __tablename__ = "ticket_archive"
    __table_args__ = (ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]), BY_TICKET)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
    page_digest: Mapped[bytes]
    document: Mapped[bytes | None]
    page: Mapped[bytes | None]
    at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
