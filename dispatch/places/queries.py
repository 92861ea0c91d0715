"""What places are asked: all versions for the matcher, those on record for an import, a page of them for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch.directory.models import END, Unit
from dispatch.places.models import Place, PlaceAlias, PlaceWord, Territory
from dispatch.places.shapes import PLACE_LEVEL
from dispatch.routing.forms import NamedPlace
from dispatch.routing.normalise import search_key


class PlaceVersion(NamedTuple):
    """A place in [valid_from, valid_to), as the matcher needs it; its unit by id, for codes are the directory's."""

    place: NamedPlace
    unit_id: int
    valid_from: datetime
    valid_to: datetime


class TerritoryVersion(NamedTuple):
    """The ground of a unit in [valid_from, valid_to), WKB in WGS-84."""

    unit_id: int
    shape: bytes
    valid_from: datetime
    valid_to: datetime


class TerritoryRow(NamedTuple):
    """A territory as a list shows it."""

    unit_id: int
    datum: str
    source: str
    entered_at: datetime


def place_versions(session: Session) -> list[PlaceVersion]:
    """Every version of every place, in one statement."""
    aliases = (
        select(PlaceAlias.place_id, func.array_agg(PlaceAlias.alias).label("aliases"))
        .group_by(PlaceAlias.place_id)
        .subquery()
    )
    columns = (Place.place_id, Place.name, Place.kind, Unit.code, aliases.c.aliases)
    statement = (
        select(*columns, Place.road_from, Place.road_to, Place.parity, Place.unit_id, Place.valid_from, Place.valid_to)
        .join(Unit, Unit.unit_id == Place.unit_id)
        .outerjoin(aliases, aliases.c.place_id == Place.place_id)
        .where(Place.valid_from < Place.valid_to)
    )
    return [_version(*row) for row in session.execute(statement)]


def _version(
    place_id: int,
    name: str,
    kind: str,
    code: str,
    aliases: list[str] | None,
    road_from: int | None,
    road_to: int | None,
    parity: str | None,
    *held: Any,
) -> PlaceVersion:
    known = tuple(sorted(aliases or ()))
    return PlaceVersion(NamedPlace(place_id, name, kind, code, known, road_from, road_to, parity), *held)


def territory_versions(session: Session) -> list[TerritoryVersion]:
    """Every version of every territory."""
    columns = (Territory.unit_id, Territory.shape, Territory.valid_from, Territory.valid_to)
    statement = select(*columns).where(Territory.valid_from < Territory.valid_to).order_by(Territory.territory_id)
    return [TerritoryVersion(*row) for row in session.execute(statement)]


def places_on_record(session: Session) -> list[tuple[Place, str]]:
    """Every row of every place with its unit's code, the latest of each place last."""
    statement = (
        select(Place, Unit.code).join(Unit, Unit.unit_id == Place.unit_id).order_by(Place.valid_to, Place.place_id)
    )
    return [(place, code) for place, code in session.execute(statement)]


def aliases_of(session: Session, place_ids: Sequence[int] | None = None) -> dict[int, tuple[str, ...]]:
    """The aliases of these places (None: of all), sorted, by place."""
    statement = select(PlaceAlias.place_id, PlaceAlias.alias).order_by(PlaceAlias.place_id, PlaceAlias.alias)
    if place_ids is not None:
        statement = statement.where(PlaceAlias.place_id.in_(place_ids))
    found: dict[int, tuple[str, ...]] = {}
    for place_id, alias in session.execute(statement):
        found[place_id] = (*found.get(place_id, ()), alias)
    return found


def page_of_places(
    session: Session, *, words: str, kind: str | None, after: int | None, size: int
) -> list[tuple[Place, str]]:
    """Places in effect with their unit's code, newest first: those whose names, pinyin or code begin with ``words``."""
    statement = select(Place, Unit.code).join(Unit, Unit.unit_id == Place.unit_id).where(Place.valid_to == END)
    if words:
        key = search_key(words)
        found = select(PlaceWord.place_id).where(
            PlaceWord.level == PLACE_LEVEL, PlaceWord.word >= key, PlaceWord.word < f"{key}\U0010ffff"
        )
        statement = statement.where(or_(Place.code == words.strip(), Place.place_id.in_(found)))
    if kind:
        statement = statement.where(Place.kind == kind)
    if after is not None:
        statement = statement.where(Place.place_id < after)
    return [(place, code) for place, code in session.execute(statement.order_by(Place.place_id.desc()).limit(size))]


def territories_in_effect(session: Session) -> list[TerritoryRow]:
    """Whose ground is on record, without the shapes, by unit."""
    columns = (Territory.unit_id, Territory.datum, Territory.source, Territory.entered_at)
    statement = select(*columns).join(Unit, Unit.unit_id == Territory.unit_id).where(Territory.valid_to == END)
    return [TerritoryRow(*row) for row in session.execute(statement.order_by(Unit.code))]


def history_of(session: Session, place: Place) -> list[Place]:
    """The rows of the place of the same code, newest first; only itself where it has none."""
    if place.code is None:
        return [place]
    statement = select(Place).where(Place.code == place.code).order_by(Place.valid_from.desc(), Place.place_id.desc())
    return list(session.scalars(statement))
