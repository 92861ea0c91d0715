"""The consulted units of a dispute, their recorded thread, and what rulings propose for the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class DisputeParty(Base):
    """A unit that takes part in a consultation (会商): it sees the matter and the thread, not the whole ticket."""

    __tablename__ = "dispute_party"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "dispute_number"], ["dispute.ticket_id", "dispute.number"]),
        Index("ix_dispute_party_unit", "unit_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dispute_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True, autoincrement=False)
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class DisputeMessage(Base):
    """One contribution to the thread. ``unit_id`` empty: the adjudicator's. Words: ``text_entry`` of kind ``consultation``."""

    __tablename__ = "dispute_message"
    __table_args__ = (ForeignKeyConstraint(["ticket_id", "dispute_number"], ["dispute.ticket_id", "dispute.number"]),)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dispute_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    stance: Mapped[str | None]
    text_version: Mapped[int] = mapped_column(SmallInteger)
    actor: Mapped[str]
    at: Mapped[datetime]


class CatalogueProposal(Base):
    """派单目录建议: category × area × kind → unit, with the ruling it comes from as its precedent."""

    __tablename__ = "catalogue_proposal"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "dispute_number"], ["dispute.ticket_id", "dispute.number"]),
        Index("ix_catalogue_proposal_open", "proposal_id", postgresql_where=text("state = 'proposed'")),
        Index("ix_catalogue_proposal_in_force", "category", postgresql_where=text("state = 'accepted'")),
    )

    proposal_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    category: Mapped[str]
    place_code: Mapped[str | None]
    kind: Mapped[str | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    ticket_id: Mapped[int]
    dispute_number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
