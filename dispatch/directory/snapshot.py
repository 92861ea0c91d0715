"""The reference data as one immutable picture per process: units as they stand, places, calendar; loaded again only when changed.

``reference(session, at)`` is what an edge asks for; ``Reference.at(instant)`` gives the picture of another time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import NamedTuple, TypeVar

from sqlalchemy import Text, func, literal_column, select
from sqlalchemy.orm import Session

from dispatch.catalogue.queries import InOrder
from dispatch.catalogue.queries import in_order as documents_in_order
from dispatch.directory import queries
from dispatch.directory.calendar import stored_calendar
from dispatch.directory.models import BEGINNING, END, ReferenceVersion
from dispatch.directory.queries import VersionRow
from dispatch.kernel.held import held
from dispatch.learning.standing import InForce, in_force
from dispatch.limits.calendar import Calendar
from dispatch.limits.office import OfficeHours
from dispatch.limits.policy import Policy
from dispatch.limits.procedure import Procedure
from dispatch.places.queries import PlaceVersion, TerritoryVersion, place_versions, territory_versions
from dispatch.places.territory import Ground, Territory
from dispatch.policies.queries import in_order
from dispatch.routing.catalogue import Catalogue
from dispatch.routing.places import Gazetteer, PlaceUnit
from dispatch.routing.taxonomy import Taxonomy

_Key = tuple[object, ...]
_T = TypeVar("_T")
_WRITTEN_BY = literal_column("reference_version.xmin::text", Text)
_HELD, _PICTURES, _ASSUMED = "reference", "pictures", "assumed"
_VERSION = select(ReferenceVersion.version, _WRITTEN_BY, func.current_database())
VERSION = (  # the same as columns of another question, for :func:`is_confirmed`
    select(ReferenceVersion.version).scalar_subquery(),
    select(_WRITTEN_BY).select_from(ReferenceVersion).scalar_subquery(),
    func.current_database(),
)


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit as it stands in the picture; one that is not in effect keeps its last facts."""

    unit_id: int
    code: str
    name: str
    kind: str
    parent_id: int | None
    population: int | None
    is_in_effect: bool


class Terms(NamedTuple):
    """By what a part's clocks are counted: the policy it was sent under, and the calendar with its unit's office hours."""

    policy: Policy
    calendar: Calendar


@dataclass(frozen=True, eq=False)
class Reference:
    """What decides, in [valid_from, valid_to): in that stretch no unit, policy, taxonomy or catalogue changes.

    ``by_id``: every unit there ever was. ``by_code``: those in effect. ``known``: every unit there ever was, by code.
    ``calendar`` has the city's office hours. ``model``: the category model in force. Nothing of it changes once made, so threads share it.
    """

    version: int
    valid_from: datetime
    valid_to: datetime
    by_id: Mapping[int, UnitRef]
    by_code: Mapping[str, UnitRef]
    known: Mapping[str, UnitRef]
    calendar: Calendar
    policy: Policy
    taxonomy: Taxonomy
    catalogue: Catalogue
    model: InForce | None
    _pictures: _Pictures = field(repr=False)
    _below: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)

    def at(self, instant: datetime) -> Reference:
        """The picture that holds at ``instant``: this one, where it does."""
        return self if self.valid_from <= instant < self.valid_to else self._pictures.at(instant)

    def lineage(self, unit: UnitRef) -> Iterator[UnitRef]:
        """The unit and what it hangs under, up to the root."""
        above: UnitRef | None = unit
        seen: set[int] = set()
        while above and above.unit_id not in seen:
            yield above
            seen.add(above.unit_id)
            above = self.by_id[above.parent_id] if above.parent_id is not None else None

    def nearest(self, unit: UnitRef, kind: str) -> UnitRef | None:
        """The nearest self-or-ancestor of ``kind`` in effect (rules.md §6)."""
        return next((above for above in self.lineage(unit) if above.kind == kind and above.is_in_effect), None)

    def district_of(self, unit: UnitRef) -> UnitRef | None:
        """The district of a unit, itself included; None for what belongs to no district."""
        return self.nearest(unit, "district")

    def below(self, unit_id: int) -> frozenset[int]:
        """The ids of the unit and of everything under it; walked once per picture."""
        if unit_id not in self._below:
            found, todo = {unit_id}, [unit_id]
            while todo:
                fresh = [child for child in self.children.get(todo.pop(), ()) if child not in found]
                found.update(fresh)
                todo.extend(fresh)
            self._below[unit_id] = frozenset(found)
        return self._below[unit_id]

    def successors_of(self, unit_id: int) -> tuple[UnitRef, ...]:
        """The units in effect that a unit has passed into, over any number of steps; the unit itself while it is in effect."""
        found: dict[int, None] = {}
        todo = [unit_id]
        seen: set[int] = set()
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            if self.by_id[current].is_in_effect:
                found[current] = None
            else:
                todo.extend(reversed(self._pictures.successors.get(current, ())))
        return tuple(self.by_id[current] for current in found)

    @cached_property
    def children(self) -> Mapping[int, tuple[int, ...]]:
        """The ids of the units in effect right under each unit."""
        found: dict[int, list[int]] = {}
        for unit in self.by_code.values():
            if unit.parent_id is not None:
                found.setdefault(unit.parent_id, []).append(unit.unit_id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    def category_path(self, code: str) -> tuple[str, ...]:
        """The names from the top down to a category; of one no longer in force as the last version had it; empty where none had."""
        return self.taxonomy.path(code) or self._pictures.former_path(code, self.valid_from)

    @property
    def procedure(self) -> Procedure:
        """The rules of procedure in force: dispute windows, ruling limits, follow-up attempts."""
        return self.policy.procedure

    def terms(self, sent_at: datetime, unit_id: int | None = None) -> Terms:
        """What counts for a part sent to ``unit_id`` at ``sent_at`` (rules.md §2); None: for the promise to the citizen."""
        kind = None if unit_id is None else self.by_id[unit_id].kind
        return self._pictures.terms(sent_at, kind)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Names of the units and places in effect; built at the first question."""
        codes: dict[int | None, str] = {unit.unit_id: unit.code for unit in self.by_id.values()} | {None: ""}
        units = (PlaceUnit(unit.code, unit.name, unit.kind, codes[unit.parent_id]) for unit in self.by_code.values())
        return Gazetteer.build(units, (row.place for row in self._pictures.places if self._holds(row)))

    @cached_property
    def territory(self) -> Territory:
        """The ground of the units in effect; built at the first question."""
        rows = (row for row in self._pictures.territories if self._holds(row))
        units = ((self.by_id[row.unit_id], row.shape) for row in rows)
        return Territory(Ground(unit.code, unit.name, unit.kind, shape) for unit, shape in units if unit.is_in_effect)

    def _holds(self, row: PlaceVersion | TerritoryVersion) -> bool:
        return row.valid_from <= self.valid_from < row.valid_to


class _Pictures:
    """All versions of all units, cut where anything changes; makes each picture once."""

    def __init__(
        self,
        version: int,
        versions: list[VersionRow],
        successors: Mapping[int, tuple[int, ...]],
        calendar: Calendar,
        policies: Sequence[tuple[datetime, Policy]],
        documents: InOrder,
        model: InForce | None,
        places: Sequence[PlaceVersion] = (),
        territories: Sequence[TerritoryVersion] = (),
    ) -> None:
        self.successors = successors
        self.places, self.territories = places, territories
        self._version = version
        self._calendar = calendar
        self._policies = policies
        self._documents = documents
        self._model = model
        self._calendars: dict[OfficeHours, Calendar] = {}
        self._terms: dict[tuple[Policy, str | None], Terms] = {}
        self._history: dict[int, list[VersionRow]] = {}
        for row in versions:
            self._history.setdefault(row.unit_id, []).append(row)
        changing: list[VersionRow | PlaceVersion | TerritoryVersion] = [*versions, *places, *territories]
        edges = {edge for row in changing for edge in (row.valid_from, row.valid_to)}
        edges |= {since for one in (policies, *documents) for since, _ in one}
        self._cuts = sorted(edges | {BEGINNING, END})
        self._made: dict[int, Reference] = {}
        self._lock = Lock()

    def at(self, instant: datetime) -> Reference:
        place = min(max(bisect_right(self._cuts, instant) - 1, 0), len(self._cuts) - 2)
        with self._lock:
            if place not in self._made:
                self._made[place] = self._make(place)
            return self._made[place]

    def latest(self) -> Reference:
        return self.at(END)

    def terms(self, at: datetime, kind: str | None) -> Terms:
        policy = _holding(self._policies, at)
        found = self._terms.get((policy, kind))
        if found is None:
            found = Terms(policy, self._with_hours(policy.hours_for(kind)))
            self._terms[policy, kind] = found
        return found

    def former_path(self, code: str, at: datetime) -> tuple[str, ...]:
        """The names of a category by the last version before ``at`` that had it, else by the first one after."""
        trees = self._documents.taxonomies
        now = max(bisect_right(trees, at, key=lambda one: one[0]), 1)
        paths = (tree.path(code) for _since, tree in [*reversed(trees[:now]), *trees[now:]])
        return next((path for path in paths if path), ())

    def _with_hours(self, hours: OfficeHours) -> Calendar:
        if hours not in self._calendars:
            self._calendars[hours] = self._calendar.with_hours(hours)
        return self._calendars[hours]

    def _make(self, place: int) -> Reference:
        since, until = self._cuts[place], self._cuts[place + 1]
        units = [_as_of(rows, since) for rows in self._history.values()]
        terms = self.terms(since, None)
        return Reference(
            version=self._version,
            valid_from=since,
            valid_to=until,
            by_id={unit.unit_id: unit for unit in units},
            by_code={unit.code: unit for unit in units if unit.is_in_effect},
            known={unit.code: unit for unit in units},
            calendar=terms.calendar,
            policy=terms.policy,
            taxonomy=_holding(self._documents.taxonomies, since),
            catalogue=_holding(self._documents.catalogues, since),
            model=self._model,
            _pictures=self,
        )


def _holding(versions: Sequence[tuple[datetime, _T]], at: datetime) -> _T:
    """What is in force at ``at``, where the first is from the beginning of time."""
    return versions[max(bisect_right(versions, at, key=lambda one: one[0]) - 1, 0)][1]


def _as_of(rows: list[VersionRow], instant: datetime) -> UnitRef:
    """The version in effect at ``instant``, else the last one before it, else the first."""
    place = max(bisect_right(rows, instant, key=lambda row: row.valid_from) - 1, 0)
    row = rows[place]
    is_in_effect = row.valid_from <= instant < row.valid_to
    return UnitRef(row.unit_id, row.code, row.name, row.kind, row.parent_id, row.population, is_in_effect)


class _Cache:
    """The last pictures that were loaded; one thread loads while the others wait."""

    def __init__(self) -> None:
        self._held: tuple[_Key, _Pictures] | None = None
        self._lock = Lock()

    def pictures(self, session: Session) -> _Pictures:
        key = _key(session)
        with self._lock:
            if self._held is None or self._held[0] != key:
                self._held = key, _load(session, int(str(key[0])))
            return self._held[1]

    def last(self, url: object) -> tuple[_Key, _Pictures] | None:
        """The last pictures without a question to the database, if they are of the one at ``url``."""
        with self._lock:
            return self._held if self._held is not None and self._held[0][-1] == url else None


_cache = _Cache()


def reference(session: Session, at: datetime | None = None) -> Reference:
    """The reference data as it stands at ``at`` (by default after every change that is on record).

    One small query per transaction, which decides by one picture from its first question to its end: that of the last change
    committed before it asked. What the transaction itself changes is seen, because whoever changes calls :func:`forget`.
    """
    notes = held(session, _HELD)
    if _PICTURES not in notes:
        notes[_PICTURES] = _cache.pictures(session)
    pictures: _Pictures = notes[_PICTURES]
    return pictures.at(at) if at else pictures.latest()


def assume(session: Session) -> bool:
    """Begin a transaction by the picture of the one before; says whether there is one. The first question must ask for
    :data:`VERSION` beside its own, and :func:`is_confirmed` decide whether what it found counts.
    """
    notes, last = held(session, _HELD), _cache.last(session.get_bind().engine.url)
    if _PICTURES in notes or last is None:
        return False
    notes[_ASSUMED], notes[_PICTURES] = last
    return True


def is_confirmed(session: Session, version: Sequence[object]) -> bool:
    """Whether the assumed picture is the one of this ``version``, as the first question read it."""
    return bool(held(session, _HELD)[_ASSUMED][:-1] == tuple(version))


def forget(session: Session) -> None:
    """The running transaction has changed the reference data: the next question reads it anew."""
    held(session, _HELD).clear()


def _key(session: Session) -> _Key:
    """The version, and which database and transaction wrote it: numbers alone repeat after a rollback or in another database."""
    row = session.connection().execute(_VERSION).one_or_none()
    url = session.get_bind().engine.url
    return (*row, url) if row else (0, None, None, url)


def _load(session: Session, version: int) -> _Pictures:
    counting = stored_calendar(session)
    return _Pictures(
        version,
        queries.versions(session),
        queries.successors(session),
        counting,
        in_order(session),
        documents_in_order(session),
        in_force(session),
        place_versions(session),
        territory_versions(session),
    )
