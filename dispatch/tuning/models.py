"""Names of places that tickets taught us, each waiting for a person's yes or no."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class PlaceProposal(Base):
    """A name that the gazetteer does not know and the township that it points to.

    ``ticket_ids``: some of the tickets that say so, newest first; ``tickets`` counts all of them, ``others`` those that
    were settled elsewhere. A name that was rejected is not proposed again.
    """

    __tablename__ = "place_proposal"
    __table_args__ = (Index("ix_place_proposal_open", "proposal_id", postgresql_where=text("state = 'proposed'")),)

    proposal_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # estate, road, landmark
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    tickets: Mapped[int]
    others: Mapped[int]
    ticket_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    state: Mapped[str]  # proposed, accepted, rejected
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
