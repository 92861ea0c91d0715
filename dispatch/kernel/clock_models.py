"""The row that carries simulated time to every process of a demonstration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class SimulatedClock(Base):
    """One row while time is simulated; none, or a null instant, means that the machine's clock holds."""

    __tablename__ = "simulated_clock"

    simulated_clock_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instant: Mapped[datetime | None]
