"""Units as a tree with effective dates, successors, and the calendar of days off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)


class Unit(Base):
    """A city, district, township, department, enterprise, community or grid; its names and place in the tree are versions."""

    __tablename__ = "unit"

    unit_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]


class UnitVersion(Base):
    """How a unit was called and where it hung in [valid_from, valid_to)."""

    __tablename__ = "unit_version"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    valid_to: Mapped[datetime]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    population: Mapped[int | None]


class UnitSuccessor(Base):
    """What became of a unit that ended: ``merge``, ``split`` or ``rename``."""

    __tablename__ = "unit_successor"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]


class UnitGroup(Base):
    """The unit charged in a peer group for tickets of ``unit_id`` dispatched in [valid_from, valid_to): the nearest
    self-or-ancestor of that kind (rules.md §6). Derived: rebuilt with each change of the directory."""

    __tablename__ = "unit_group"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    peer_group: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    valid_to: Mapped[datetime]
    charged_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), index=True)


class CalendarDay(Base):
    """A day off or a make-up working day, and the yearly notice that says so."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_off: Mapped[bool]
    notice_year: Mapped[int] = mapped_column(SmallInteger, index=True)


class LocalDay(Base):
    """What the city itself adds to the notices: a day off, a working day, or a half day (the morning is worked)."""

    __tablename__ = "local_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # off, worked, half


class CalendarVersion(Base):
    """One change of the calendar, never rewritten: what was said (``days``), for which year, by whom, and what it moved."""

    __tablename__ = "calendar_version"

    version: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]  # notice, local
    year: Mapped[int | None] = mapped_column(SmallInteger)
    days: Mapped[dict[str, Any]]
    source: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class ReferenceVersion(Base):
    """One row, counted up with each change of units or calendar: tells a process whether its cached copy still holds."""

    __tablename__ = "reference_version"

    reference_version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


class UnitUpload(Base):
    """A table of units that was sent in by a page: nothing counts before it is put, and what it changed can be put back.

    ``done``: once put, the codes it added and, of each unit it changed, the facts before and after.
    """

    __tablename__ = "unit_upload"

    upload_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]
    put_at: Mapped[datetime | None]
    put_by: Mapped[str | None]
    done: Mapped[dict[str, Any] | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
