"""Tables of the operator's desk. None of them says anything about a ticket; losing them loses no ticket."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class DeskDraft(Base):
    """What an operator had typed when it was last saved, sealed as the identity vault seals. ``key``: of the form.

    Without ``sealed`` it is over: the ticket was made or the draft dropped, and what a late save brings is thrown away.
    ``saved_at``: machine time, for the job that forgets.
    """

    __tablename__ = "desk_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class DeskKeys(Base):
    """The letters that an operator has given to the desk's places; what is not named keeps its own."""

    __tablename__ = "desk_keys"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True, autoincrement=False)
    letters: Mapped[dict[str, Any]]


class DeskTally(Base):
    """What an operator took in on one local day, by where it went."""

    __tablename__ = "desk_tally"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True, autoincrement=False)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    dispatched: Mapped[int]
    waiting: Mapped[int]
    joined: Mapped[int]
    ended: Mapped[int]
