"""Supervision orders (督办单)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class SupervisionOrder(Base):
    """督办单: a supervisor wants a unit's word on a ticket by a limit of its own. The words are in ``text_entry``."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index(
            "ix_supervision_order_open",
            "unit_id",
            "due_at",
            "ticket_id",
            postgresql_where=text("state IN ('issued', 'answered', 'returned')"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    ground: Mapped[str]
    state: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    # The district whose supervisor issued it; None: the city's, which only the city may end.
    issuing_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(SmallInteger)
    ended_at: Mapped[datetime | None]
