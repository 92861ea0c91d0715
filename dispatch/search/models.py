"""The words of tickets, made to be searched; and searches that somebody keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class TicketWords(Base):
    """Title, address and text of a ticket as character pairs, numbers of people left out. Empty: erased, or nothing was said."""

    __tablename__ = "ticket_words"
    __table_args__ = (Index("ix_ticket_words", "words", postgresql_using="gin"),)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(TSVECTOR)


class SavedSearch(Base):
    """``asked``: the query of the page's address."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("account_id", "name", name="uq_saved_search_name"),)

    saved_search_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    name: Mapped[str]
    asked: Mapped[str]
    at: Mapped[datetime]
