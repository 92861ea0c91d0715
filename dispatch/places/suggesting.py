"""Units and places while somebody types: names, other names, pinyin and initials, each found by one range of an index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, CompoundSelect, Select, any_, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit, UnitVersion
from dispatch.places.models import Place, PlaceWord
from dispatch.places.shapes import (
    CITY_LEVEL,
    COMMUNITY_LEVEL,
    DISTRICT_LEVEL,
    PLACE_LEVEL,
    TOWNSHIP_LEVEL,
)
from dispatch.routing.normalise import search_key

LONGEST_TYPED: Final = 60
_LEVELS: Final = (DISTRICT_LEVEL, TOWNSHIP_LEVEL, PLACE_LEVEL, COMMUNITY_LEVEL)
_HEADS: Final = (CITY_LEVEL, DISTRICT_LEVEL, TOWNSHIP_LEVEL)
_LAST: Final = "\U0010ffff"
_MOST_HEADS: Final = 3


class Suggestion(NamedTuple):
    """A unit, or a place in it, that begins with what was typed."""

    name: str
    kind: str  # district, township, community; estate, road, landmark, other
    unit_code: str
    place_id: int | None
    township_name: str | None
    district_name: str | None
    longitude: float | None
    latitude: float | None
    datum: str | None


class _Hit(NamedTuple):
    """A word that begins so, and what it stands for."""

    word: str
    level: int
    unit_id: int
    place_id: int | None
    district_id: int | None
    township_id: int | None


class _Scope(NamedTuple):
    """What was named before: search goes on below it."""

    district_id: int | None = None
    township_id: int | None = None


def suggest(session: Session, typed: str, *, at: datetime, limit: int) -> list[Suggestion]:
    """Up to ``limit`` units and places in effect: what is called exactly so first, then districts, townships, places, communities.

    What was typed may begin with a city, a district, a township: 朝阳区望京x is looked for in 朝阳区. Nothing for nothing.
    """
    key = search_key(typed[:LONGEST_TYPED])
    if not key:
        return []
    found = _found(session, key, _Scope(), at=at, limit=limit)
    todo = [(key, _Scope())]
    while todo and not found:
        rest, scope = todo.pop(0)
        for head, inside in _heads(session, rest, scope):
            below = rest[len(head) :]
            found += [one for one in _found(session, below, inside, at=at, limit=limit) if one not in found]
            todo.append((below, inside))
    return found[:limit]


def _found(session: Session, key: str, scope: _Scope, *, at: datetime, limit: int) -> list[Suggestion]:
    """Two steps, each of index look-ups alone: which words begin so, then what the chosen few are called and lie in."""
    statement = _ranges(has_district=scope.district_id is not None, has_township=scope.township_id is not None)
    values = {"first": key, "last": key + _LAST, "most": 2 * limit} | scope._asdict()
    chosen = _shared(session.execute(statement, values), key, limit)
    named = {unit_id for hit in chosen for unit_id in (hit.unit_id, hit.township_id, hit.district_id) if unit_id}
    units = _units(session, named, at)
    places = _places(session, {hit.place_id for hit in chosen if hit.place_id}, at)
    return [_suggestion(hit, units, places) for hit in chosen if hit.unit_id in units and _is_held(hit, places)]


def _is_held(hit: _Hit, places: Mapping[int, Any]) -> bool:
    return hit.place_id is None or hit.place_id in places


def _suggestion(hit: _Hit, units: Mapping[int, Any], places: Mapping[int, Any]) -> Suggestion:
    unit, place = units[hit.unit_id], places.get(hit.place_id or 0)
    township, district = units.get(hit.township_id or 0), units.get(hit.district_id or 0)
    return Suggestion(
        name=place.name if place else unit.name,
        kind=place.kind if place else unit.kind,
        unit_code=unit.code,
        place_id=hit.place_id,
        township_name=township.name if township else None,
        district_name=district.name if district else None,
        longitude=place.longitude if place else None,
        latitude=place.latitude if place else None,
        datum=place.datum if place else None,
    )


def _shared(rows: Iterable[Any], key: str, limit: int) -> list[_Hit]:
    """Each unit or place once, the exact ones first; no level takes more than half while others have some."""
    ordered = sorted((_Hit(*row) for row in rows), key=lambda hit: (hit.word != key, hit.level, hit.word, hit.unit_id))
    taken: dict[tuple[int, int | None], _Hit] = {}
    left: dict[tuple[int, int | None], _Hit] = {}
    counts: dict[int, int] = {}
    for hit in ordered:
        what = (hit.unit_id, hit.place_id)
        if what in taken:
            continue
        if hit.word != key and counts.get(hit.level, 0) >= -(-limit // 2):
            left.setdefault(what, hit)
            continue
        counts[hit.level] = counts.get(hit.level, 0) + 1
        taken[what] = hit
    return [*taken.values(), *(hit for what, hit in left.items() if what not in taken)][:limit]


def _units(session: Session, unit_ids: Collection[int], at: datetime) -> dict[int, Any]:
    statement = (
        select(Unit.unit_id, Unit.code, Unit.kind, UnitVersion.name)
        .join(UnitVersion, UnitVersion.unit_id == Unit.unit_id)
        .where(Unit.unit_id == any_(literal(sorted(unit_ids), ARRAY(BigInteger))))
        .where(UnitVersion.valid_from <= at, at < UnitVersion.valid_to)
    )
    return {row.unit_id: row for row in session.execute(statement)} if unit_ids else {}


def _places(session: Session, place_ids: Collection[int], at: datetime) -> dict[int, Any]:
    statement = select(Place.place_id, Place.name, Place.kind, Place.longitude, Place.latitude, Place.datum).where(
        Place.place_id == any_(literal(sorted(place_ids), ARRAY(BigInteger))),
        Place.valid_from <= at,
        at < Place.valid_to,
    )
    return {row.place_id: row for row in session.execute(statement)} if place_ids else {}


@cache
def _ranges(*, has_district: bool, has_township: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """One range of an index per level, each cut off after twice what is wanted: names repeat as pinyin. Made once per shape."""
    return union_all(
        *(select(_range(level, has_district=has_district, has_township=has_township).subquery()) for level in _LEVELS)
    )


def _range(level: int, *, has_district: bool, has_township: bool) -> Select[*tuple[Any, ...]]:
    columns = (
        PlaceWord.word,
        PlaceWord.level,
        PlaceWord.unit_id,
        PlaceWord.place_id,
        PlaceWord.district_id,
        PlaceWord.township_id,
    )
    statement: Select[*tuple[Any, ...]] = select(*columns).where(
        PlaceWord.level == literal(level), PlaceWord.word >= bindparam("first"), PlaceWord.word < bindparam("last")
    )
    if has_district:
        statement = statement.where(PlaceWord.district_id == bindparam("district_id"))
    if has_township:
        statement = statement.where(PlaceWord.township_id == bindparam("township_id"))
    return statement.order_by(PlaceWord.word).limit(bindparam("most"))


def _heads(session: Session, key: str, scope: _Scope) -> list[tuple[str, _Scope]]:
    """The cities, districts and townships that ``key`` begins with and goes on after, the longest first."""
    beginnings = [key[:size] for size in range(2, len(key))]
    if not beginnings:
        return []
    statement = select(PlaceWord.word, PlaceWord.level, PlaceWord.district_id, PlaceWord.township_id).where(
        PlaceWord.level.in_(_HEADS), PlaceWord.word.in_(beginnings), PlaceWord.form.in_(("name", "alias"))
    )
    if scope.district_id is not None:
        statement = statement.where(PlaceWord.district_id == scope.district_id, PlaceWord.level == TOWNSHIP_LEVEL)
    rows = session.execute(statement.order_by(func.length(PlaceWord.word).desc(), PlaceWord.level).limit(_MOST_HEADS))
    return [(word, _Scope(district_id, township_id)) for word, _level, district_id, township_id in rows]
