"""Entered values: appended, never changed; a correction or withdrawal is a further version."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Identity, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base

DIGITS, PLACES = 18, 6


class GivenValue(Base):
    """What was entered for one unit and period; the last version by T is what counts as of T. ``value`` empty: withdrawn."""

    __tablename__ = "given_value"
    __table_args__ = (UniqueConstraint("key", "period", "unit_id", "version"),)

    value_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[str]
    period: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    value: Mapped[Decimal | None] = mapped_column(Numeric(DIGITS, PLACES))
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
