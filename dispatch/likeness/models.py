"""The signatures of what is worded alike, beside the tickets (docs/adr/0013)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, SmallInteger, Table

from dispatch.kernel.db import Base
from dispatch.likeness.signature import BANDS

BAND_NAMES = tuple(f"band_{number}" for number in range(BANDS))


class Likeness(Base):
    """One row per ticket whose words are known and young enough to be repeated; see ``likeness.signature``.

    Each band is a column with an index of its own that ends in the ticket's id, so that the newest tickets of a band are read and
    no more than wanted, however many share it. No foreign key: a row goes with the words, tickets stay for ever, and intake would
    pay for the look. ``algorithm``: which arithmetic made it.
    """

    __table__ = Table(
        "likeness",
        Base.metadata,
        Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Column("algorithm", SmallInteger, nullable=False),
        Column("exact", BigInteger, nullable=False),
        *(Column(name, Integer) for name in BAND_NAMES),
        Index("ix_likeness_exact", "exact", "ticket_id"),
        *(Index(f"ix_likeness_{name}", name, "ticket_id") for name in BAND_NAMES),
    )
