"""The verbs of the directory: import units, end one, name its successor, load what the package ships."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import date, datetime
from importlib.resources import files
from io import BytesIO
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.directory import groups, queries
from dispatch.directory.bulk import copy_rows
from dispatch.directory.checks import COLUMNS, Facts, Known, UnitRow, check
from dispatch.directory.models import BEGINNING, END, CalendarDay, Unit, UnitSuccessor, UnitVersion
from dispatch.directory.queries import VersionRow
from dispatch.exchange.csvfile import CsvFile, Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.arrays import arrays
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.limits.shipped import holiday_rows

SAMPLE_CITY: Final = "beijing_units.csv.gz"
SUCCESSIONS: Final = ("merge", "split", "rename")
_VERSION_COLUMNS: Final = ("unit_id", "valid_from", "valid_to", "name", "parent_id", "population")
_ADD_DAYS: Final = text(
    "INSERT INTO calendar_day (day, name, is_off, notice_year) SELECT * FROM unnest("
    "CAST(:days AS date[]), CAST(:names AS text[]), CAST(:offs AS boolean[]), CAST(:years AS smallint[]))"
    " ON CONFLICT DO NOTHING"
)


class UnitImport(NamedTuple):
    """What an import did, or why it did nothing: with ``rejects`` and without ``skip_bad`` nothing was written."""

    added: int
    changed: int
    unchanged: int
    rejects: list[Reject]


class UnitPlan(NamedTuple):
    """What rows of units.csv would do to the directory as it stands."""

    added: list[UnitRow]
    changed: list[UnitRow]
    unchanged: int
    rejects: list[Reject]
    known: dict[str, Known]


def plan_units(stored: list[VersionRow], rows: Iterable[Row | Reject], since: datetime) -> UnitPlan:
    """Sort rows of units.csv by what they would do from ``since`` on, where ``stored`` is on record. Pure."""
    known = _known(stored, since)
    sound, rejects = check(rows, known)
    added = [row for row in sound if row.code not in known]
    changed = [row for row in sound if row.code in known and not known[row.code].holds(row.facts)]
    return UnitPlan(added, changed, len(sound) - len(added) - len(changed), rejects, known)


def import_units(
    session: Session,
    rows: Iterable[Row | Reject],
    *,
    at: datetime,
    effective_from: datetime | None = None,
    skip_bad: bool = False,
) -> UnitImport:
    """Load rows of units.csv (a ``CsvFile`` of ``COLUMNS``), all or nothing unless ``skip_bad`` (design §9).

    New units are in effect from the beginning of time, changes of known ones from ``at``; ``effective_from`` sets another instant
    for both. What was in effect before keeps its name and place for its time.
    """
    groups.lock(session)
    stored = queries.versions(session)
    since = effective_from or at
    added, changed, unchanged, rejects, _known_before = plan_units(stored, rows, since)
    if rejects and not skip_bad:
        return UnitImport(0, 0, 0, rejects)
    if added or changed:
        ids = _add_units(session, added)
        _change(session, changed, ids, stored, since)
        _add_versions(session, added, ids, effective_from or BEGINNING)
        groups.rebuild(session)
    return UnitImport(len(added), len(changed), unchanged, rejects)


def end_unit(session: Session, code: str, *, at: datetime) -> None:
    """End a unit at ``at``: earlier periods keep it. Ending it again at the same instant changes nothing.

    Raises ``directory.unknown_unit``, ``directory.unit_ended``, ``directory.later_change``, ``directory.has_children``.
    """
    groups.lock(session)
    _end(session, _versions(session, code)[-1], at)
    groups.rebuild(session)


def succeed(session: Session, old_code: str, new_code: str, *, kind: str, at: datetime) -> None:
    """``old_code`` ends at ``at`` and passes into ``new_code`` by ``merge``, ``split`` or ``rename``; old periods keep it.

    With a merge or a rename the units below move along. With a split call it once for each part, after the units below were
    moved by an import. Raises as :func:`end_unit`, and ``directory.succession_unknown``, ``directory.succession_kind``.
    """
    if kind not in SUCCESSIONS:
        raise DomainError("directory.succession_unknown", "承接方式应为合并、拆分或更名。")
    groups.lock(session)
    old, new = _versions(session, old_code)[-1], _versions(session, new_code)[-1]
    if old.unit_id == new.unit_id or _kind(session, old.unit_id) != _kind(session, new.unit_id):
        raise DomainError("directory.succession_kind", "承接单位应当是同一类别的另一个单位。")
    if not any(version.valid_from <= at < version.valid_to for version in _versions(session, new_code)):
        raise Conflict("directory.unit_ended", "承接单位在这个时间尚未设立或已经撤销。")
    if kind != "split":
        _move_children(session, old.unit_id, new.unit_id, at)
    _end(session, old, at)
    row = insert(UnitSuccessor).values(unit_id=old.unit_id, successor_id=new.unit_id, at=at, kind=kind)
    session.execute(row.on_conflict_do_nothing())
    groups.rebuild(session)


def load_shipped_calendar(session: Session, *, at: datetime | None = None) -> int:  # noqa: ARG001 - see below
    """Add the days of each yearly notice that the package ships and the database has none of; returns how many days.

    ``at`` changes nothing: the kernel calls every loader of shipped data alike.
    """
    present = set(session.scalars(select(CalendarDay.notice_year).distinct()))
    days = [row for row in holiday_rows() if row.notice_year not in present]
    if days:
        groups.lock(session)
        dates, names, offs, years = zip(*days, strict=True)
        lists = {"days": map(date.isoformat, dates), "names": names, "offs": offs, "years": years}
        session.execute(_ADD_DAYS, arrays(lists))
        groups.bump(session)
    return len(days)


def load_sample_city(session: Session, *, at: datetime) -> UnitImport:
    """Load the sample city: Beijing's units with plausible departments and enterprises. Loading it twice changes nothing.

    Raises ``directory.sample_refused`` where units on record contradict it.
    """
    packed = (files("dispatch.directory") / "data" / SAMPLE_CITY).read_bytes()
    done = import_units(session, CsvFile(BytesIO(gzip.decompress(packed)), required=COLUMNS), at=at)
    if done.rejects:
        raise Conflict(
            "directory.sample_refused", "已有单位与示例城市冲突，示例城市没有载入。", rejects=len(done.rejects)
        )
    return done


def _known(stored: Iterable[VersionRow], since: datetime) -> dict[str, Known]:
    """What is on record of each unit, seen at ``since``."""
    stored = list(stored)
    codes: dict[int | None, str] = {row.unit_id: row.code for row in stored} | {None: ""}
    known: dict[str, Known] = {}
    for row in stored:
        facts = Facts(row.name, codes[row.parent_id], row.population)
        before = known.get(row.code)
        current = facts if row.valid_from <= since < row.valid_to else before.current if before else None
        known[row.code] = Known(row.kind, current, facts, row.valid_from > since)
    return known


def _add_units(session: Session, added: list[UnitRow]) -> dict[str, int]:
    """Insert the new units; returns the id of every unit by code."""
    copy_rows(session, Unit.__tablename__, ("code", "kind"), ((row.code, row.kind) for row in added))
    return {row.code: row.unit_id for row in session.execute(select(Unit.code, Unit.unit_id))}


def _add_versions(session: Session, added: list[UnitRow], ids: dict[str, int], since: datetime) -> None:
    rows = (_version(row, ids, since, END) for row in added)
    copy_rows(session, UnitVersion.__tablename__, _VERSION_COLUMNS, rows)


def _version(row: UnitRow, ids: dict[str, int], since: datetime, until: datetime) -> tuple[object, ...]:
    parent_id = ids[row.facts.parent_code] if row.facts.parent_code else None
    return ids[row.code], since, until, row.facts.name, parent_id, row.facts.population


def _change(
    session: Session, changed: list[UnitRow], ids: dict[str, int], stored: list[VersionRow], since: datetime
) -> None:
    """End the versions in effect and start new ones; a version that starts at this very instant is replaced."""
    current = {row.code: row for row in stored if row.valid_from <= since < row.valid_to}
    table = UnitVersion.__table__
    its_key = (table.c.unit_id == bindparam("its_unit"), table.c.valid_from == bindparam("its_start"))
    for statement, rows in (
        (delete(UnitVersion), [row for row in changed if current[row.code].valid_from == since]),
        (update(UnitVersion).values(valid_to=since), [row for row in changed if current[row.code].valid_from < since]),
    ):
        keys = [{"its_unit": ids[row.code], "its_start": current[row.code].valid_from} for row in rows]
        if keys:
            session.connection().execute(statement.where(*its_key), keys)
    renewed = (_version(row, ids, since, current[row.code].valid_to) for row in changed)
    copy_rows(session, UnitVersion.__tablename__, _VERSION_COLUMNS, renewed)


def _versions(session: Session, code: str) -> list[UnitVersion]:
    found = queries.versions_of(session, code)
    if not found:
        raise NotFound("directory.unknown_unit", "没有这个单位。", unit_code=code)
    return found


def _kind(session: Session, unit_id: int) -> str:
    return session.execute(select(Unit.kind).where(Unit.unit_id == unit_id)).scalar_one()


def _end(session: Session, last: UnitVersion, at: datetime) -> None:
    """End the unit whose last version this is."""
    if last.valid_to == at:
        return
    if last.valid_to < END:
        raise Conflict("directory.unit_ended", "该单位已经撤销。")
    if last.valid_from >= at:
        raise Conflict("directory.later_change", "该单位在这个时间之后已有变更。")
    children = {child.unit_id for child in queries.children_after(session, last.unit_id, at)}
    if children:
        raise Conflict(
            "directory.has_children", "该单位还有下级单位，请先把它们划转到别的单位。", children=len(children)
        )
    last.valid_to = at


def _move_children(session: Session, old_id: int, new_id: int, at: datetime) -> None:
    """Units below ``old_id`` hang under ``new_id`` from ``at`` on."""
    for child in queries.children_after(session, old_id, at):
        if child.valid_from >= at:
            child.parent_id = new_id
            continue
        moved = UnitVersion(
            unit_id=child.unit_id,
            valid_from=at,
            valid_to=child.valid_to,
            name=child.name,
            parent_id=new_id,
            population=child.population,
        )
        child.valid_to = at
        session.add(moved)
