"""The incident board."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Incident(Base):
    """One entry. ``is_telling``: a progress has not yet reached every ticket attached to it."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "incident_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_incident_telling", "incident_id", postgresql_where=text("is_telling")),
    )

    incident_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    title: Mapped[str]
    category: Mapped[str | None]
    place_code: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    expected_end_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    progress_count: Mapped[int] = mapped_column(SmallInteger)
    is_telling: Mapped[bool]


class IncidentProgress(Base):
    """What everybody attached is told, in order; the last one of a closed entry is final."""

    __tablename__ = "incident_progress"
    __table_args__ = (ForeignKeyConstraint(["incident_id"], ["incident.incident_id"]),)

    incident_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    body: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    is_final: Mapped[bool]
