"""The verbs of places: import a file, add one, change one, end one. Each bumps the reference version, so every process sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispatch.directory import groups
from dispatch.directory.models import BEGINNING, END
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.places import queries, words
from dispatch.places.aliasing import circular
from dispatch.places.checks import COLUMNS, FAULTS, Ground, Key, Known, PlaceRow, check, parse
from dispatch.places.models import Place, PlaceAlias
from dispatch.places.shapes import Facts
from dispatch.routing.normalise import fold

BY_HAND: Final = "console"


class PlaceImport(NamedTuple):
    """What an import did, or why it did nothing: with ``rejects`` and without ``skip_bad`` nothing was written."""

    added: int
    changed: int
    unchanged: int
    rejects: list[Reject]


def import_places(
    session: Session,
    rows: Iterable[Row | Reject],
    *,
    source: str,
    actor: str,
    at: datetime,
    skip_bad: bool = False,
) -> PlaceImport:
    """Load rows of places.csv (a ``CsvFile`` of ``REQUIRED`` and ``OPTIONAL``), all or nothing unless ``skip_bad`` (design §9).

    New places are in effect from the beginning of time, changes of known ones from ``at``. A place is known again by its
    code, without one by name, kind, unit and house numbers. The same file twice changes nothing.
    """
    groups.lock(session)
    ground = _ground(session, at)
    sound, rejects = check(rows, ground)
    if rejects and not skip_bad:
        return PlaceImport(0, 0, 0, rejects)
    added = [row for row in sound if row.key not in ground.known]
    changed = [row for row in sound if row.key in ground.known and ground.known[row.key].facts != row.facts]
    if added or changed:
        old = [ground.known[row.key].place_id for row in changed]
        _end(session, old, actor=actor, at=at)
        _add(
            session,
            [*added, *changed],
            [BEGINNING] * len(added) + [at] * len(changed),
            source=source,
            actor=actor,
            at=at,
        )
        groups.bump(session)
    return PlaceImport(len(added), len(changed), len(sound) - len(added) - len(changed), rejects)


def add(session: Session, cells: Mapping[str, str], *, actor: str, at: datetime) -> int:
    """A place by hand, in effect from the beginning of time; returns its id. ``cells``: text by column of places.csv.

    Raises ``place.invalid`` with the column as ``field``, ``place.code_taken`` and ``place.known``.
    """
    groups.lock(session)
    ground = _ground(session, at)
    row = _sound(cells, ground, replaced=None)
    before = ground.known.get(row.key)
    if before is not None and not (before.has_ended and row.code is None):
        code = "place.code_taken" if row.code else "place.known"
        raise Conflict(code, "这个地点已经登记。", field="code" if row.code else "name")
    (place_id,) = _add(session, [row], [at if before else BEGINNING], source=BY_HAND, actor=actor, at=at)
    groups.bump(session)
    return place_id


def change(session: Session, place_id: int, cells: Mapping[str, str], *, actor: str, at: datetime) -> int:
    """Other facts of a place from ``at`` on; returns the id of its new row, the same where nothing differs.

    Raises as :func:`add`, ``place.not_found``, and ``place.ended`` where somebody changed or ended it meanwhile.
    """
    groups.lock(session)
    ground = _ground(session, at)
    place = _in_effect(session, place_id)
    own = next(known for known in ground.known.values() if known.place_id == place_id)
    row = _sound(cells, ground, replaced=place_id)
    if row.code != place.code:
        raise DomainError("place.code_fixed", "编码不能更改；请停用后另行登记。", field="code")
    other = ground.known.get(row.key)
    if other is not None and other.place_id != place_id and not other.has_ended:
        raise Conflict("place.known", "这个地点已经登记。", field="name")
    if row.facts == own.facts:
        return place_id
    _end(session, [place_id], actor=actor, at=at)
    (new_id,) = _add(session, [row], [at], source=BY_HAND, actor=actor, at=at)
    groups.bump(session)
    return new_id


def end(session: Session, place_id: int, *, actor: str, at: datetime) -> None:
    """End a place at ``at``: it is no longer found. Raises ``place.not_found`` and ``place.ended``."""
    groups.lock(session)
    _in_effect(session, place_id)
    _end(session, [place_id], actor=actor, at=at)
    groups.bump(session)


def place(session: Session, place_id: int) -> Place:
    """One row of a place. Raises ``place.not_found``."""
    found = session.get(Place, place_id)
    if found is None:
        raise NotFound("place.not_found", "没有这个地点。")
    return found


def facts_of(row: Place, unit_code: str, aliases: tuple[str, ...]) -> Facts:
    """What a row says of its place."""
    return Facts(
        row.name,
        row.kind,
        unit_code,
        aliases,
        row.road_from,
        row.road_to,
        row.parity,
        row.longitude,
        row.latitude,
        row.datum,
    )


def _in_effect(session: Session, place_id: int) -> Place:
    found = place(session, place_id)
    if found.valid_to != END:
        raise Conflict("place.ended", "这个地点已停用，或已被他人更改。")
    return found


def _ground(session: Session, at: datetime) -> Ground:
    city = reference(session, at)
    aliases = queries.aliases_of(session)
    known: dict[Key, Known] = {}
    for row, unit_code in queries.places_on_record(session):
        facts = facts_of(row, unit_code, aliases.get(row.place_id, ()))
        known[PlaceRow(0, row.code, facts).key] = Known(row.place_id, facts, row.valid_to != END)
    return Ground({code: unit.kind for code, unit in city.by_code.items()}, known)


def _sound(cells: Mapping[str, str], ground: Ground, *, replaced: int | None) -> PlaceRow:
    """The cells understood. Raises ``place.invalid``."""
    row, faults = parse(Row(0, [cells.get(column, "") for column in COLUMNS]), ground.unit_kinds)
    if row is None:
        raise DomainError("place.invalid", faults[0].reason, field=faults[0].column)
    others = [known.facts for known in ground.known.values() if not known.has_ended and known.place_id != replaced]
    if fold(row.facts.name) in circular([(facts.name, facts.aliases) for facts in (*others, row.facts)]):
        raise DomainError("place.invalid", FAULTS["alias_circle"], field="aliases")
    return row


def _add(
    session: Session, rows: Sequence[PlaceRow], since: Sequence[datetime], *, source: str, actor: str, at: datetime
) -> list[int]:
    """Insert places with aliases and words; returns their ids in order."""
    units = reference(session, at).by_code
    values = [
        {name: value for name, value in row.facts._asdict().items() if name not in ("unit_code", "aliases")}
        | {"code": row.code, "folded": fold(row.facts.name), "unit_id": units[row.facts.unit_code].unit_id}
        | {"valid_from": valid_from, "valid_to": END, "source": source, "entered_by": actor, "entered_at": at}
        for row, valid_from in zip(rows, since, strict=True)
    ]
    made = insert(Place).returning(Place.place_id, sort_by_parameter_order=True)
    ids = list(session.scalars(made, values))
    aliases = [
        {"place_id": place_id, "alias": alias}
        for place_id, row in zip(ids, rows, strict=True)
        for alias in row.facts.aliases
    ]
    if aliases:
        session.execute(insert(PlaceAlias), aliases)
    words.add_places(session, ids)
    return ids


def _end(session: Session, place_ids: Sequence[int], *, actor: str, at: datetime) -> None:
    for place_id in place_ids:
        row = place(session, place_id)
        row.valid_to, row.ended_by = max(at, row.valid_from), actor
    session.flush()
    words.drop_places(session, place_ids)
