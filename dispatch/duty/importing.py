"""A rota from an exchange file: all rows or none, each fault by line, column and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.duty import checks, queries, services
from dispatch.duty.checks import Known, NewShift
from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.limits.parse import parse_instant

REQUIRED: Final = ("unit_code", "starts_at", "ends_at", "login")
OPTIONAL: Final = ("backup_login",)


class DutyImport(NamedTuple):
    """How many shifts were entered, or why none was."""

    entered: int
    rejects: list[Reject]


@dataclass(frozen=True, slots=True)
class _Lookup:
    """What the rows are held against."""

    reference: Reference
    ids: Mapping[str, int]
    people: Mapping[int, Known]
    at: datetime


def import_shifts(
    session: Session, rows: Iterable[Row | Reject], *, reference: Reference, actor: str, at: datetime
) -> DutyImport:
    """Enter every row of a ``CsvFile`` of ``REQUIRED`` and ``OPTIONAL``; with one fault, nothing."""
    rejects: list[Reject] = []
    read: list[Row] = []
    for row in rows:
        rejects.append(row) if isinstance(row, Reject) else read.append(row)
    ids = queries.account_ids(session, {login for row in read for login in row.cells[3:5] if login})
    known = _Lookup(reference, ids, queries.accounts(session, ids=ids.values()), at)
    sound = [(row.line, shift) for row in read if (shift := _shift(row, known, rejects)) is not None]
    rejects += _overlaps(session, sound)
    if rejects:
        return DutyImport(0, sorted(rejects))
    try:
        services.enter(session, [shift for _line, shift in sound], units=None, reference=reference, actor=actor, at=at)
    except Conflict as late:  # somebody entered a shift since the rows were looked at
        return DutyImport(0, [Reject(1, "", late.message)])
    return DutyImport(len(sound), [])


def _shift(row: Row, known: _Lookup, rejects: list[Reject]) -> NewShift | None:
    """The row as a shift; what is wrong with it goes to ``rejects``."""
    code, starts, ends, login, backup = row.cells
    faults = [
        ("unit_code", "没有这个单位", code not in known.reference.by_code),
        ("login", "没有这个账号", login not in known.ids),
        ("backup_login", "没有这个账号", bool(backup) and backup not in known.ids),
    ]
    found = [Reject(row.line, column, reason) for column, reason, is_wrong in faults if is_wrong]
    spans = [_instant(row.line, column, typed, found) for column, typed in (("starts_at", starts), ("ends_at", ends))]
    if not found and spans[0] and spans[1]:
        unit_id = known.reference.by_code[code].unit_id
        shift = NewShift(unit_id, spans[0], spans[1], known.ids[login], known.ids[backup] if backup else None)
        found += _faults(row.line, shift, known)
        if not found:
            return shift
    rejects += found
    return None


def _instant(line: int, column: str, typed: str, found: list[Reject]) -> datetime | None:
    try:
        return parse_instant(typed)
    except DomainError:
        found.append(Reject(line, column, "须为带时区的时间，例如 2026-11-02T08:30:00+08:00"))
        return None


def _faults(line: int, shift: NewShift, known: _Lookup) -> list[Reject]:
    try:
        checks.check_span(shift, known.reference, at=known.at)
        checks.check_people(shift, known.people, None, known.reference)
    except DomainError as error:
        return [Reject(line, str(error.details.get("field", "")), error.message)]
    return []


def _overlaps(session: Session, sound: list[tuple[int, NewShift]]) -> list[Reject]:
    """Rows that overlap an earlier row of the file, or a shift on record."""
    if not sound:
        return []
    shifts = [shift for _line, shift in sound]
    since, until = min(one.starts_at for one in shifts), max(one.ends_at for one in shifts)
    taken = queries.overlapping(session, {one.unit_id for one in shifts}, since=since, until=until)
    stored = [NewShift(one.unit_id, one.starts_at, one.ends_at, one.account_id) for one in taken]
    in_file = {id(one) for one in checks.clashing(shifts)}
    return [
        Reject(line, "starts_at", "与文件中另一行的班次重叠" if id(one) in in_file else "与已登记的班次重叠")
        for line, one in sound
        if id(one) in in_file or checks.touches(one, stored)
    ]
