"""The Excel and Word files of a publication: asked for once, written by a worker from the frozen rows, kept under HOTLINE_HOME."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from assessment.bulletins.content import Bulletin
from assessment.bulletins.content import bulletin as content_of
from assessment.publications import frozen_facts, queries, recount
from assessment.publications.freezing import question_of
from assessment.publications.models import Publication, PublicationFact, PublicationFile, PublicationUnit
from assessment.service import Table
from dispatch.contract import TicketFact
from dispatch.kernel.errors import Conflict, NotFound

FOLDER: Final = "bulletins"
AT_ONCE: Final = 2_000
IN_HAND: Final = timedelta(minutes=10)  # a worker that has not finished by then has died
COLUMNS: Final = tuple(field.name for field in fields(TicketFact))
Progress = Callable[[int], None]


class Shape(StrEnum):
    """What a bulletin may be written as."""

    XLSX = "xlsx"
    DOCX = "docx"


TYPES: Final = {
    Shape.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Shape.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def path_of(home: Path, publication_id: int, shape: str) -> Path:
    """Where the file lies."""
    return home / FOLDER / f"{publication_id}.{Shape(shape).value}"


def ask(session: Session, found: Publication, shape: Shape, *, home: Path, actor: str, at: datetime) -> PublicationFile:
    """Have a worker write the file. One that is written already, or waits, stays; one that failed or is no longer there is
    written again. Raises ``Conflict`` ``publication.not_frozen``."""
    if found.digest is None:
        raise Conflict("publication.not_frozen", "这份通报还没有冻结，无从核验。", state=found.state)
    values = {"publication_id": found.publication_id, "shape": shape.value, "rows_done": 0}
    session.execute(pg_insert(PublicationFile).values(**values, asked_by=actor, asked_at=at).on_conflict_do_nothing())
    row = files_of(session, found.publication_id)[shape]
    is_there = path_of(home, found.publication_id, shape).exists()
    if row.finished_at is not None and (row.digest is None or not is_there):
        row.asked_by, row.asked_at, row.taken_at, row.rows_done = actor, at, None, 0
        row.finished_at, row.digest, row.fault = None, None, None
    session.flush()
    return row


def files_of(session: Session, publication_id: int) -> dict[Shape, PublicationFile]:
    """Those that were asked for."""
    rows = select(PublicationFile).where(PublicationFile.publication_id == publication_id)
    return {Shape(row.shape): row for row in session.scalars(rows)}


def ready(session: Session, publication_id: int, shape: Shape, *, home: Path) -> Path:
    """The written file. Raises ``NotFound`` ``publication.no_file``."""
    row = files_of(session, publication_id).get(shape)
    path = path_of(home, publication_id, shape)
    if row is None or row.digest is None or not path.exists():
        raise NotFound("publication.no_file", "这份文件还没有生成。")
    return path


def waiting(session: Session, *, at: datetime, limit: int) -> list[int]:
    """Files that nobody has in hand."""
    free = or_(PublicationFile.taken_at.is_(None), PublicationFile.taken_at < at - IN_HAND)
    query = select(PublicationFile.file_id).where(PublicationFile.finished_at.is_(None), free)
    return list(session.scalars(query.order_by(PublicationFile.file_id).limit(limit)))


def take(session: Session, file_id: int, *, at: datetime) -> bool:
    """Whether this worker is the one to write it."""
    free = or_(PublicationFile.taken_at.is_(None), PublicationFile.taken_at < at - IN_HAND)
    taken = (
        update(PublicationFile)
        .where(PublicationFile.file_id == file_id, PublicationFile.finished_at.is_(None), free)
        .values(taken_at=at, rows_done=0)
        .returning(PublicationFile.file_id)
    )
    return session.scalar(taken) is not None


def write(session: Session, file_id: int, *, home: Path, progress: Progress) -> bytes:
    """Write the file, whole or not at all; its digest."""
    row = session.get_one(PublicationFile, file_id)
    found = queries.publication(session, row.publication_id)
    target = path_of(home, row.publication_id, row.shape)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=target.suffix)
    os.close(handle)
    try:
        _write(session, Path(name), found, Shape(row.shape), progress)
        digest = hashlib.sha256(Path(name).read_bytes()).digest()
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return digest


def _write(session: Session, path: Path, found: Publication, shape: Shape, progress: Progress) -> None:
    from zoneinfo import ZoneInfo

    frozen_facts.unbounded(session)
    content, zone = frozen_content(session, found), ZoneInfo(found.time_zone)
    if shape is Shape.DOCX:
        from assessment.bulletins import word

        word.write(path, content)
    else:
        from assessment.bulletins import excel

        excel.write(path, content, frozen_tickets(session, found), zone=zone, progress=progress)


def frozen_content(session: Session, found: Publication) -> Bulletin:
    """What the bulletin says, from the frozen rows alone."""
    from zoneinfo import ZoneInfo

    units = queries.units(session, found.publication_id)
    scheme, period, group = question_of(found)
    table = Table(
        scheme=scheme,
        period=period,
        group=group,
        as_of=found.cut_off,
        rows=tuple(recount.rows_of(session, found, units)),
        unlisted=tuple(unit.code for unit in units if not unit.is_listed),
        is_running=False,
        pending=0,
        settles_at=period.settles_at,
    )
    issued = found.published_at or found.frozen_at or found.prepared_at
    digest = found.digest.hex() if found.digest else ""
    return content_of(table, zone=ZoneInfo(found.time_zone), at=issued, digest=digest)


def frozen_tickets(session: Session, found: Publication) -> Iterator[tuple[str, TicketFact]]:
    """(unit's code, ticket) of every listed unit, by unit and ticket, streamed."""
    fact, unit = PublicationFact, PublicationUnit
    query = (
        select(unit.code, *(getattr(fact, name) for name in COLUMNS))
        .join(unit, (unit.publication_id == fact.publication_id) & (unit.unit_id == fact.unit_id))
        .where(fact.publication_id == found.publication_id, unit.is_listed)
        .order_by(unit.code, fact.ticket_id)
        .execution_options(yield_per=AT_ONCE)
    )
    for code, *values in session.execute(query):
        yield code, TicketFact(*values)
