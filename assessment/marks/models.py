"""Marks that units give each other: appended, never changed; a changed mind is a further version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class UnitMark(Base):
    """One unit's mark for another in a period, with the highest that could be given then. ``mark`` empty: taken back."""

    __tablename__ = "unit_mark"
    __table_args__ = (UniqueConstraint("period", "giver_id", "unit_id", "version"),)

    mark_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    form: Mapped[str]
    period: Mapped[str]
    giver_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    mark: Mapped[int | None] = mapped_column(SmallInteger)
    highest: Mapped[int] = mapped_column(SmallInteger)
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
