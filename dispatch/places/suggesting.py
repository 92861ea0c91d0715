"""Units and places while somebody types: names, other names, pinyin and initials, each found by one range of an index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, Subquery, and_, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

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
    while todo and len(found) < limit:
        rest, scope = todo.pop(0)
        for head, inside in _heads(session, rest, scope):
            below = rest[len(head) :]
            fresh = _found(session, below, inside, at=at, limit=limit)
            found += [one for one in fresh if one not in found]
            todo.append((below, inside))
    return found[:limit]


def _found(session: Session, key: str, scope: _Scope, *, at: datetime, limit: int) -> list[Suggestion]:
    words = _ranges(key, scope, limit)
    own, township, district = aliased(UnitVersion), aliased(UnitVersion), aliased(UnitVersion)
    statement = (
        select(
            func.coalesce(Place.name, own.name),
            func.coalesce(Place.kind, Unit.kind),
            Unit.code,
            words.c.place_id,
            township.name,
            district.name,
            Place.longitude,
            Place.latitude,
            Place.datum,
            words.c.level,
            words.c.word,
        )
        .select_from(words)
        .join(Unit, Unit.unit_id == words.c.unit_id)
        .join(own, _holds(own, words.c.unit_id, at))
        .outerjoin(township, _holds(township, words.c.township_id, at))
        .outerjoin(district, _holds(district, words.c.district_id, at))
        .outerjoin(Place, and_(Place.place_id == words.c.place_id, Place.valid_from <= at, at < Place.valid_to))
    )
    rows = [row for row in session.execute(statement) if row[3] is None or row[1] is not None]
    return _shared(rows, key, limit)


def _shared(rows: Iterable[Any], key: str, limit: int) -> list[Suggestion]:
    """Each once, the exact ones first; no level takes more than half while others have some."""
    ordered = sorted(rows, key=lambda row: (row[10] != key, row[9], row[10], row[0], row[2]))
    taken: dict[Suggestion, None] = {}
    left: dict[Suggestion, None] = {}
    counts: dict[int, int] = {}
    for row in ordered:
        one = Suggestion(*row[:9])
        if one in taken:
            continue
        if row[10] != key and counts.get(row[9], 0) >= -(-limit // 2):
            left[one] = None
            continue
        counts[row[9]] = counts.get(row[9], 0) + 1
        taken[one] = None
    return [*taken, *(one for one in left if one not in taken)][:limit]


def _holds(version: Any, unit_id: Any, at: datetime) -> Any:
    return and_(version.unit_id == unit_id, version.valid_from <= at, at < version.valid_to)


def _ranges(key: str, scope: _Scope, limit: int) -> Subquery:
    """One range of an index per level, each cut off after twice what is wanted: names repeat as pinyin."""
    parts = [select(_range(key, level, scope, limit).subquery()) for level in _LEVELS]
    return union_all(*parts).subquery("words")


def _range(key: str, level: int, scope: _Scope, limit: int) -> Select[*tuple[Any, ...]]:
    columns = (
        PlaceWord.word,
        PlaceWord.level,
        PlaceWord.unit_id,
        PlaceWord.place_id,
        PlaceWord.district_id,
        PlaceWord.township_id,
    )
    statement: Select[*tuple[Any, ...]] = select(*columns).where(
        PlaceWord.level == literal(level), PlaceWord.word >= key, PlaceWord.word < key + _LAST
    )
    if scope.district_id is not None:
        statement = statement.where(PlaceWord.district_id == scope.district_id)
    if scope.township_id is not None:
        statement = statement.where(PlaceWord.township_id == scope.township_id)
    return statement.order_by(PlaceWord.word).limit(2 * limit)


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
