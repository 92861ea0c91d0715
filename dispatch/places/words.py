"""The words that find units and places while typing, kept in line with both. Derived, so rebuilt and never edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, delete, exists, literal, select
from sqlalchemy.orm import Session

from dispatch.directory.bulk import copy_rows
from dispatch.directory.models import END, Unit, UnitVersion
from dispatch.places import shapes
from dispatch.places.models import Place, PlaceAlias, PlaceWord
from dispatch.places.pinyin import spellings
from dispatch.routing.forms import spoken
from dispatch.routing.normalise import search_key

LEVELS: Final[Mapping[str, int]] = {
    "city": shapes.CITY_LEVEL,
    "district": shapes.DISTRICT_LEVEL,
    "township": shapes.TOWNSHIP_LEVEL,
    "community": shapes.COMMUNITY_LEVEL,
}
LONGEST_WORD: Final = 60
_COLUMNS: Final = ("word", "form", "level", "unit_id", "place_id", "district_id", "township_id")


class Home(NamedTuple):
    """A unit as words need it: its kind and name now, and what it hangs under."""

    kind: str
    name: str
    district_id: int | None
    township_id: int | None


def load_words(session: Session, *, at: datetime) -> int:  # noqa: ARG001 - loaders of the kernel are all called alike
    """Make the words of a database whose units are older than this table; returns how many units. Does nothing twice."""
    from dispatch.directory import groups  # which calls us

    if not _is_due(session):
        return 0
    groups.lock(session)
    return sync(session) if _is_due(session) else 0


def _is_due(session: Session) -> bool:
    has_words = select(exists().where(PlaceWord.place_id.is_(None)))
    has_units = select(exists().where(Unit.kind.in_(LEVELS)))
    return not session.scalar(has_words) and bool(session.scalar(has_units))


def sync(session: Session) -> int:
    """Bring the words of units, and of the places in them, in line with the units as they stand; returns how many changed."""
    homes = _homes(session)
    stored = {
        row.unit_id: row[1:]
        for row in session.execute(
            select(PlaceWord.unit_id, PlaceWord.word, PlaceWord.district_id, PlaceWord.township_id).where(
                PlaceWord.form == "name", PlaceWord.place_id.is_(None)
            )
        )
    }
    wanted = {
        unit_id: (_cut(search_key(home.name)), home.district_id, home.township_id) for unit_id, home in homes.items()
    }
    stale = {unit_id for unit_id in stored.keys() | wanted.keys() if stored.get(unit_id) != wanted.get(unit_id)}
    _delete(session, _one_of(PlaceWord.unit_id, stale))
    copy_rows(session, PlaceWord.__tablename__, _COLUMNS, _of_units({key: homes[key] for key in stale if key in homes}))
    moved = select(Place.place_id).where(_one_of(Place.unit_id, stale & stored.keys()), Place.valid_to == END)
    add_places(session, session.scalars(moved).all(), homes)
    return len(stale)


def add_places(session: Session, place_ids: Collection[int], homes: Mapping[int, Home] | None = None) -> None:
    """Write the words of these places, which have none."""
    if not place_ids:
        return
    known = _homes(session) if homes is None else homes
    chosen = select(Place.place_id, Place.unit_id, Place.name).where(_one_of(Place.place_id, place_ids))
    rows = [(row.place_id, row.unit_id, row.name) for row in session.execute(chosen)]
    others = select(PlaceAlias.place_id, PlaceAlias.alias).where(_one_of(PlaceAlias.place_id, place_ids))
    aliases: dict[int, list[str]] = {}
    for place_id, alias in session.execute(others):
        aliases.setdefault(place_id, []).append(alias)
    copy_rows(session, PlaceWord.__tablename__, _COLUMNS, _of_places(rows, aliases, known))


def drop_places(session: Session, place_ids: Collection[int]) -> None:
    """Take away the words of places that ended."""
    _delete(session, _one_of(PlaceWord.place_id, place_ids))


def _one_of(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Hundreds of thousands of ids as one parameter."""
    found: ColumnElement[bool] = column == any_(literal(sorted(ids), ARRAY(BigInteger)))
    return found


def _delete(session: Session, condition: ColumnElement[bool]) -> None:
    session.execute(delete(PlaceWord).where(condition), execution_options={"synchronize_session": False})


def _homes(session: Session) -> dict[int, Home]:
    """The units that places can be in or under, as their last version has them."""
    rows = session.execute(
        select(Unit.unit_id, Unit.kind, UnitVersion.name, UnitVersion.parent_id)
        .join(UnitVersion, UnitVersion.unit_id == Unit.unit_id)
        .where(Unit.kind.in_(LEVELS), UnitVersion.valid_to == END)
    ).all()
    kinds = {row.unit_id: (row.kind, row.parent_id) for row in rows}
    return {row.unit_id: Home(row.kind, row.name, *_above(row.unit_id, kinds)) for row in rows}


def _above(unit_id: int, kinds: Mapping[int, tuple[str, int | None]]) -> tuple[int | None, int | None]:
    """(district, township) of a unit, itself included."""
    found: dict[str, int] = {}
    step: int | None = unit_id
    while step is not None and step in kinds and kinds[step][0] not in found:
        kind, parent = kinds[step]
        found[kind] = step
        step = parent
    return found.get("district"), found.get("township")


def _of_units(homes: Mapping[int, Home]) -> Iterator[tuple[object, ...]]:
    for unit_id, home in homes.items():
        extra = (word for word, _form in spoken(home.kind, home.name)) if home.kind in ("district", "township") else ()
        for word, form in _forms(home.name, extra):
            yield word, form, LEVELS[home.kind], unit_id, None, home.district_id, home.township_id


def _of_places(
    rows: Iterable[tuple[int, int, str]], aliases: Mapping[int, list[str]], homes: Mapping[int, Home]
) -> Iterator[tuple[object, ...]]:
    for place_id, unit_id, name in rows:
        home = homes.get(unit_id)
        district_id, township_id = (home.district_id, home.township_id) if home else (None, None)
        for word, form in _forms(name, aliases.get(place_id, ())):
            yield word, form, shapes.PLACE_LEVEL, unit_id, place_id, district_id, township_id


def _forms(name: str, others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(word, form) of a name and its other names, each word once, the better form first."""
    found: dict[str, str] = {}
    keys = [(search_key(name), "name"), *((search_key(other), "alias") for other in others)]
    for key, form in keys:
        found.setdefault(_cut(key), form)
    for key, _form in keys:
        whole, first = spellings(key)
        for word in whole:
            found.setdefault(_cut(word), "pinyin")
        for word in first:
            found.setdefault(_cut(word), "initials")
    return ((word, form) for word, form in found.items() if word)


def _cut(word: str) -> str:
    return word[:LONGEST_WORD]
