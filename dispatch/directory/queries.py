"""What the directory is asked: versions, who was in effect, by which name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, collate, select, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit, UnitGroup, UnitSuccessor, UnitVersion
from dispatch.directory.tree import Slice


class UnitInEffect(NamedTuple):
    """A unit of a peer group in a period, by its last name and population there."""

    unit_id: int
    code: str
    name: str
    population: int | None


class VersionRow(NamedTuple):
    """One version of one unit."""

    unit_id: int
    code: str
    kind: str
    valid_from: datetime
    valid_to: datetime
    name: str
    parent_id: int | None
    population: int | None


def select_units_in_effect(peer_group: str, start: datetime, end: datetime) -> Select[Any]:
    """``unit_id, code, name, population`` of the units of this kind in effect at any time of [start, end), by code.

    Codes sort by code point, whatever the collation of the database (rules.md §7: order by code).
    """
    last = (
        select(Unit.unit_id, Unit.code, UnitVersion.name, UnitVersion.population)
        .join(UnitVersion, UnitVersion.unit_id == Unit.unit_id)
        .where(Unit.kind == peer_group, UnitVersion.valid_from < end, UnitVersion.valid_to > start)
        .ext(distinct_on(Unit.unit_id))
        .order_by(Unit.unit_id, UnitVersion.valid_from.desc())
        .subquery("last")
    )
    return select(last).order_by(collate(last.c.code, "C"))


def units_in_effect(session: Session, peer_group: str, start: datetime, end: datetime) -> list[UnitInEffect]:
    """The units of ``peer_group`` in effect at any time of [start, end): last name and population in it, ordered by code."""
    return [UnitInEffect(*row) for row in session.execute(select_units_in_effect(peer_group, start, end))]


def turns(session: Session, peer_group: str) -> tuple[datetime, ...]:
    """The instants at which a unit of the group began or ceased to answer for another, in their order."""
    edges = [
        select(edge).where(UnitGroup.peer_group == peer_group) for edge in (UnitGroup.valid_from, UnitGroup.valid_to)
    ]
    return tuple(sorted(session.scalars(union(*edges))))


def versions(session: Session) -> list[VersionRow]:
    """Every version of every unit, by unit and time, in one statement (so that it is one consistent picture)."""
    columns = (
        UnitVersion.valid_from,
        UnitVersion.valid_to,
        UnitVersion.name,
        UnitVersion.parent_id,
        UnitVersion.population,
    )
    statement = (
        select(Unit.unit_id, Unit.code, Unit.kind, *columns)
        .join(UnitVersion, UnitVersion.unit_id == Unit.unit_id)
        .order_by(Unit.unit_id, UnitVersion.valid_from)
    )
    return [VersionRow(*row) for row in session.execute(statement)]


def versions_of(session: Session, code: str) -> list[UnitVersion]:
    """The versions of one unit in order of time; empty for an unknown code."""
    statement = (
        select(UnitVersion)
        .join(Unit, Unit.unit_id == UnitVersion.unit_id)
        .where(Unit.code == code)
        .order_by(UnitVersion.valid_from)
    )
    return list(session.scalars(statement))


def children_after(session: Session, unit_id: int, at: datetime) -> list[UnitVersion]:
    """Versions of other units that hang under ``unit_id`` at ``at`` or later."""
    statement = (
        select(UnitVersion)
        .where(UnitVersion.parent_id == unit_id, UnitVersion.valid_to > at)
        .order_by(UnitVersion.unit_id, UnitVersion.valid_from)
    )
    return list(session.scalars(statement))


def successors(session: Session) -> dict[int, tuple[int, ...]]:
    """The ids of the units that each ended unit has passed into, in the order of time."""
    columns = (UnitSuccessor.unit_id, UnitSuccessor.successor_id)
    found: dict[int, tuple[int, ...]] = {}
    for unit_id, successor_id in session.execute(
        select(*columns).order_by(UnitSuccessor.at, UnitSuccessor.successor_id)
    ):
        found[unit_id] = (*found.get(unit_id, ()), successor_id)
    return found


def slices(session: Session) -> set[Slice]:
    """The stored slices of every unit and peer group."""
    columns = (
        UnitGroup.unit_id,
        UnitGroup.peer_group,
        UnitGroup.valid_from,
        UnitGroup.valid_to,
        UnitGroup.charged_unit_id,
    )
    return {Slice(*row) for row in session.execute(select(*columns))}
