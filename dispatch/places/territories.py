"""The verbs of territories: look at a file, import it, end one. Each bumps the reference version, so every process sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dispatch.directory import groups
from dispatch.directory.models import BEGINNING, END
from dispatch.directory.snapshot import Reference, UnitRef, reference
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.places.datum import DATUMS
from dispatch.places.geojson import FAULTS, Feature, fault_of, plain, read, wkb_of
from dispatch.places.models import Territory
from dispatch.places.territory import LEVELS


class TerritoryImport(NamedTuple):
    """What an import did, or why it did nothing: with ``rejects`` and without ``skip_bad`` nothing was written."""

    added: int
    changed: int
    unchanged: int
    rejects: list[Reject]


class Sketch(NamedTuple):
    """One feature of a file as it would be taken: its unit and what would happen (``added``, ``changed``, ``unchanged``)."""

    feature: Feature
    unit: UnitRef
    what: str


def preview(session: Session, content: bytes, *, datum: str, at: datetime) -> tuple[list[Sketch], list[Reject]]:
    """What an import of the file would do, and what is wrong with it; ``line`` of a fault is the feature's number from 1.

    Raises ``territory.datum_unknown``, and ``UnreadableFile`` where the file is no GeoJSON.
    """
    if datum not in DATUMS:
        raise DomainError("territory.datum_unknown", f"坐标系应为 {'、'.join(DATUMS)} 之一。", field="datum")
    city = reference(session, at)
    stored = {row.unit_id: row for row in session.scalars(select(Territory).where(Territory.valid_to == END))}
    sketches: list[Sketch] = []
    rejects: list[Reject] = []
    seen: set[int] = set()
    for feature in read(content):
        unit, column, reason = _unit_of(feature, city)
        if unit is None:
            rejects.append(Reject(feature.number, column, reason))
            continue
        fault = (FAULTS["twice"], "") if unit.unit_id in seen else fault_of(feature.geometry)
        seen.add(unit.unit_id)
        if fault:
            reason, where = fault
            rejects.append(Reject(feature.number, f"geometry {where}".strip(), reason))
        else:
            sound = feature._replace(geometry=plain(feature.geometry))
            sketches.append(Sketch(sound, unit, _what(stored.get(unit.unit_id), sound.geometry, datum)))
    return sketches, rejects


def import_territory(
    session: Session, content: bytes, *, datum: str, source: str, actor: str, at: datetime, skip_bad: bool = False
) -> TerritoryImport:
    """Load the territories of a GeoJSON file, all or nothing unless ``skip_bad``. The same file twice changes nothing.

    First territories of a unit hold from the beginning of time, others from ``at``. Raises as :func:`preview`.
    """
    groups.lock(session)
    sketches, rejects = preview(session, content, datum=datum, at=at)
    if rejects and not skip_bad:
        return TerritoryImport(0, 0, 0, rejects)
    fresh = [sketch for sketch in sketches if sketch.what != "unchanged"]
    if fresh:
        _end(session, [sketch.unit.unit_id for sketch in fresh], actor=actor, at=at)
        values = [
            {
                "unit_id": sketch.unit.unit_id,
                "datum": datum,
                "given": sketch.feature.geometry,
                "shape": wkb_of(sketch.feature.geometry, datum),
                "valid_from": BEGINNING if sketch.what == "added" else at,
                "valid_to": END,
                "source": source,
                "entered_by": actor,
                "entered_at": at,
            }
            for sketch in fresh
        ]
        session.execute(insert(Territory), values)
        groups.bump(session)
    added = sum(sketch.what == "added" for sketch in fresh)
    return TerritoryImport(added, len(fresh) - added, len(sketches) - len(fresh), rejects)


def end(session: Session, unit_code: str, *, actor: str, at: datetime) -> None:
    """The unit's territory no longer holds. Raises ``directory.unknown_unit`` and ``territory.none``."""
    groups.lock(session)
    unit = reference(session, at).known.get(unit_code)
    if unit is None:
        raise NotFound("directory.unknown_unit", "没有这个单位。", unit_code=unit_code)
    if not _end(session, [unit.unit_id], actor=actor, at=at):
        raise Conflict("territory.none", "这个单位没有登记辖区范围。")
    groups.bump(session)


def _end(session: Session, unit_ids: list[int], *, actor: str, at: datetime) -> int:
    held = select(Territory).where(Territory.unit_id.in_(unit_ids), Territory.valid_to == END)
    rows = session.scalars(held).all()
    for row in rows:
        row.valid_to, row.ended_by = max(at, row.valid_from), actor
    session.flush()
    return len(rows)


def _what(stored: Territory | None, geometry: Mapping[str, Any], datum: str) -> str:
    if stored is None:
        return "added"
    return "unchanged" if stored.given == geometry and stored.datum == datum else "changed"


def _unit_of(feature: Feature, city: Reference) -> tuple[UnitRef | None, str, str]:
    """The unit that the feature names by code, else by a name that only one unit has; or the column and what is wrong."""
    if feature.code:
        unit = city.by_code.get(feature.code)
        if unit is None:
            return None, "code", FAULTS["unit_unknown"]
    elif feature.name:
        named = [unit for unit in city.by_code.values() if unit.name == feature.name and unit.kind in LEVELS]
        if len(named) != 1:
            return None, "name", FAULTS["name_many" if named else "name_unknown"]
        unit = named[0]
    else:
        return None, "code", FAULTS["unit_none"]
    if unit.kind not in LEVELS:
        return None, "code", FAULTS["unit_kind"]
    return unit, "", ""
