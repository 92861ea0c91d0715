"""An open period's facts and counts as they were last copied. Derived: what is thrown away is made again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class OpenSpan(Base):
    """Which tickets: those of ``kinds`` (joined by commas) whose ``instant`` lies in [starts_at, ends_at), as of ``as_of``.

    ``seal_id``: tickets that no seal up to it covers may have changed since. ``directory``: the version of the tree of units
    that the counts were made with. ``copy_id``: another with every copying, so that it names the counts wherever they are held;
    an instant would not, since clocks jump.
    """

    __tablename__ = "open_span"
    __table_args__ = (UniqueConstraint("instant", "starts_at", "ends_at", "kinds"),)

    open_span_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    instant: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kinds: Mapped[str]
    as_of: Mapped[datetime]
    seal_id: Mapped[int]
    directory: Mapped[int]
    copy_id: Mapped[UUID]


class OpenFact(Base):
    """A ticket as counted then, decided cases laid over it, in the columns of ``contract.TicketFact`` that counting asks for."""

    __tablename__ = "open_fact"

    open_span_id: Mapped[int] = mapped_column(
        ForeignKey("open_span.open_span_id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lead_id: Mapped[int]
    dispatched_at: Mapped[datetime]
    is_excluded: Mapped[bool]
    is_withdrawn: Mapped[bool]
    is_pending: Mapped[bool]
    reached: Mapped[bool]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]
    is_on_time: Mapped[bool]
    is_explained: Mapped[bool]
    first_contact_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    redos: Mapped[int] = mapped_column(SmallInteger)
    returns: Mapped[int] = mapped_column(SmallInteger)


class OpenCount(Base):
    """The counts of the facts of a span by unit of a peer group: by field of ``Counts``."""

    __tablename__ = "open_count"

    open_span_id: Mapped[int] = mapped_column(
        ForeignKey("open_span.open_span_id", ondelete="CASCADE"), primary_key=True
    )
    peer_group: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB(none_as_null=True))
