"""Places, their other names, the words that find places and units while typing, and the territories of units."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base

IN_EFFECT = "valid_to = '9999-12-31 00:00:00+00'::timestamptz"


class Place(Base):
    """What a place was in [valid_from, valid_to): an edit ends the row and begins another, an end only ends it.

    ``unit_id``: the township or community it lies in. A road may have several rows, each a stretch of house numbers
    (``road_from`` to ``road_to``, ``parity`` all, odd or even). ``folded``: the name as the matcher compares it. The
    point is kept as given, in the datum that was named.
    """

    __tablename__ = "place"
    __table_args__ = (
        Index("ux_place_code", "code", unique=True, postgresql_where=text(IN_EFFECT)),
        Index("ix_place_folded", "folded"),
    )

    place_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str | None]
    name: Mapped[str]
    folded: Mapped[str]
    kind: Mapped[str]  # estate, road, landmark, other
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    road_from: Mapped[int | None]
    road_to: Mapped[int | None]
    parity: Mapped[str | None]  # all, odd, even
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    datum: Mapped[str | None]  # wgs84, gcj02
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    ended_by: Mapped[str | None]


class PlaceAlias(Base):
    """Another name of a place: an abbreviation, an old name, what people say; Latin letters are taken as pinyin."""

    __tablename__ = "place_alias"

    place_id: Mapped[int] = mapped_column(ForeignKey("place.place_id"), primary_key=True, autoincrement=False)
    alias: Mapped[str] = mapped_column(primary_key=True)


class PlaceWord(Base):
    """A word that finds a unit or a place in effect while somebody types. Derived: kept in line with both.

    ``word`` is folded and sorts by code point, so one range of an index holds all that begins with what was typed.
    ``level``: 0 district, 1 township, 2 place, 3 community; each is asked by itself. ``unit_id``: the unit meant, or the
    one the place lies in.
    """

    __tablename__ = "place_word"
    __table_args__ = (
        Index("ix_place_word_level_word", "level", "word"),
        Index("ix_place_word_district_id_level_word", "district_id", "level", "word"),
    )

    place_word_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"))
    form: Mapped[str]  # name, alias, pinyin, initials
    level: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.place_id"), index=True)
    district_id: Mapped[int | None]
    township_id: Mapped[int | None]


class Territory(Base):
    """The ground of a unit in [valid_from, valid_to): the GeoJSON as given with its datum, and the same in WGS-84 as WKB."""

    __tablename__ = "territory"
    __table_args__ = (Index("ux_territory_unit_id", "unit_id", unique=True, postgresql_where=text(IN_EFFECT)),)

    territory_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    datum: Mapped[str]
    given: Mapped[dict[str, Any]]
    shape: Mapped[bytes]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    ended_by: Mapped[str | None]
