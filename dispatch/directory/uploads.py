"""Tables of units sent in by a page: kept, looked at as often as one likes, put into the directory, put back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory import groups, queries
from dispatch.directory.checks import COLUMNS, Facts, UnitRow
from dispatch.directory.models import UnitUpload
from dispatch.directory.services import UnitPlan, end_unit, import_units, plan_units
from dispatch.exchange.csvfile import CsvFile, Row, UnreadableFile
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import Conflict, DomainError, NotFound

SHOWN: Final = 50


class Preview(NamedTuple):
    """What a file would do now; ``seal`` changes where that changes."""

    plan: UnitPlan
    seal: str

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.plan.added or self.plan.changed)


def keep(session: Session, content: bytes, *, name: str, actor: str, at: datetime) -> UnitUpload:
    """Keep a file that was sent in; the directory is not touched."""
    row = UnitUpload(name=name, content=content, actor=actor, at=at)
    session.add(row)
    session.flush()
    return row


def upload(session: Session, upload_id: int) -> UnitUpload:
    """One of them. Raises ``directory.unknown_upload``."""
    row = session.get(UnitUpload, upload_id)
    if row is None:
        raise NotFound("directory.unknown_upload", "没有这次导入。")
    return row


def listed(session: Session) -> list[UnitUpload]:
    """The last of them, newest first."""
    return list(session.scalars(select(UnitUpload).order_by(UnitUpload.upload_id.desc()).limit(SHOWN)))


def preview(session: Session, row: UnitUpload, at: datetime) -> Preview:
    """What the file would do at ``at``, and every fault with its line and column."""
    plan = plan_units(list(queries.versions(session)), _rows(row.content), at)
    said = [[unit.code, unit.kind, *unit.facts] for unit in (*plan.added, *plan.changed)]
    before = [list(plan.known[unit.code].current or ()) for unit in plan.changed]
    return Preview(plan, hashlib.sha256(json.dumps([said, before]).encode()).hexdigest()[:16])


def put(session: Session, upload_id: int, *, seal: str, actor: str, at: datetime) -> UnitUpload:
    """Change the directory as was seen: new units from the beginning of time, changes from ``at``.

    Raises ``directory.unknown_upload``, ``directory.upload_put``, ``directory.upload_wrong``, ``directory.upload_stale`` where it
    would do something else by now, ``directory.upload_empty``.
    """
    groups.lock(session)
    row = upload(session, upload_id)
    if row.put_at is not None:
        raise Conflict("directory.upload_put", "这次导入已经写入。")
    seen = preview(session, row, at)
    if seen.plan.rejects:
        raise DomainError("directory.upload_wrong", "文件有误，没有写入任何一行。")
    if seen.seal != seal:
        raise Conflict("directory.upload_stale", "单位目录刚刚有变化，请再看一遍预览。")
    if seen.is_empty:
        raise Conflict("directory.upload_empty", "与现有单位完全相同，没有变化。")
    import_units(session, _rows(row.content), at=at)
    row.put_at, row.put_by, row.done = at, actor, _done(seen.plan)
    return row


def discard(session: Session, upload_id: int) -> None:
    """Throw away a file that was not put. Raises ``directory.unknown_upload``, ``directory.upload_put``."""
    row = upload(session, upload_id)
    if row.put_at is not None:
        raise Conflict("directory.upload_put", "这次导入已经写入。")
    session.delete(row)


def undo(session: Session, upload_id: int, *, actor: str, at: datetime) -> UnitUpload:
    """From ``at`` on the changed units are as before and the added ones have ended; the time between keeps what it had.

    Raises ``directory.upload_not_put``, ``directory.upload_overtaken`` where a unit was changed again or something hangs below it.
    """
    groups.lock(session)
    row = upload(session, upload_id)
    if row.done is None or row.undone_at is not None:
        raise Conflict("directory.upload_not_put", "这次导入没有写入，或已经撤销。")
    known = plan_units(list(queries.versions(session)), (), at).known
    for code, change in row.done["changed"].items():
        if known[code].current != _facts(change["after"]) or known[code].has_later:
            raise _overtaken(code)
    back = [Row(0, _cells(code, change["kind"], change["before"])) for code, change in row.done["changed"].items()]
    if import_units(session, back, at=at).rejects:
        raise _overtaken("")
    for code in reversed(row.done["added"]):
        try:
            end_unit(session, code, at=at)
        except DomainError as error:
            raise _overtaken(code) from error
    row.undone_at, row.undone_by = at, actor
    return row


def _rows(content: bytes) -> Iterable[Row | Reject]:
    try:
        return list(CsvFile(BytesIO(content), required=COLUMNS))
    except UnreadableFile as error:
        return [error.reject]


def _done(plan: UnitPlan) -> dict[str, Any]:
    changed = {
        unit.code: {"kind": unit.kind, "before": list(plan.known[unit.code].current or ()), "after": list(unit.facts)}
        for unit in plan.changed
    }
    return {"added": [unit.code for unit in _from_above(plan.added)], "changed": changed}


def _from_above(added: list[UnitRow]) -> list[UnitRow]:
    """Parents before their children."""
    parents = {unit.code: unit.facts.parent_code for unit in added}

    def depth(code: str) -> int:
        return 1 + depth(parents[code]) if code in parents else 0

    return sorted(added, key=lambda unit: depth(unit.code))


def _facts(kept: list[Any]) -> Facts:
    return Facts(*kept)


def _cells(code: str, kind: str, kept: list[Any]) -> list[str]:
    name, parent_code, population = kept
    return [code, name, kind, parent_code, "" if population is None else str(population)]


def _overtaken(code: str) -> Conflict:
    return Conflict(
        "directory.upload_overtaken", "导入之后单位又有变更，不能整体撤销；请导入一份新的单位表。", unit_code=code
    )
