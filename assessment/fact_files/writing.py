"""Writing: what counts as of an instant, decided cases laid over it, streamed from PostgreSQL into one Parquet file per table."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from assessment import beside, facts
from assessment.fact_files import engine
from assessment.fact_files.layout import FORM, Manifest, Place, digest
from assessment.periods import Period
from assessment.publications.frozen_facts import COLUMNS, unbounded
from assessment.schemes.model import Group, Scheme
from assessment.service import scores_before
from dispatch import contract
from dispatch.kernel.canonical import instant


def export(
    session: Session, scheme: Scheme, text: str, period: Period, group: Group, as_of: datetime, folder: Path
) -> tuple[Path, int]:
    """The rows of one table with their manifest, in the place of what was there; where, and how many.

    ``text``: the scheme's TOML, which the files then answer for. Raises ``DomainError`` ``facts.bad_name``, ``facts.no_engine``.
    """
    place = Place.of(folder, scheme, period, group)
    place.rows.parent.mkdir(parents=True, exist_ok=True)
    unbounded(session)
    csv, part = place.rows.with_suffix(".csv.part"), place.rows.with_suffix(".parquet.part")
    try:
        _copy(session, _rows(session, scheme, period, group, as_of), csv)
        count = engine.to_parquet(csv, part)
        found = _manifest(session, scheme, text, period, group, as_of, count, digest(part))
        part.replace(place.rows)
        found.write(place.manifest)
    finally:
        for path in (csv, part):
            path.unlink(missing_ok=True)
    return place.rows, count


def _rows(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime) -> Select[Any]:
    """By ticket, so that the same facts are the same file; tickets of no unit of the group are left out."""
    parts = []
    for rows, is_voice in facts.parts(session, scheme, period, group, as_of):
        columns: list[Any] = [literal(is_voice).label(name) if name == "is_voice" else rows.c[name] for name in COLUMNS]
        parts.append(select(*columns))
    found = union_all(*parts).subquery()
    return select(*(found.c[name] for name in COLUMNS)).order_by(found.c.ticket_id, found.c.is_voice)


def _copy(session: Session, statement: Select[Any], target: Path) -> None:
    connection = session.connection()
    asked = statement.compile(connection.engine, compile_kwargs={"render_postcompile": True})
    driver: Any = connection.connection.driver_connection
    command = f"COPY ({asked}) TO STDOUT (FORMAT csv)"
    with _private(target) as stream, driver.cursor() as cursor, cursor.copy(command, asked.params) as rows:
        for chunk in rows:
            stream.write(chunk)


def _private(path: Path) -> IO[bytes]:
    """A file for nobody else's eyes: it lies there as long as the copy takes."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _manifest(
    session: Session, scheme: Scheme, text: str, period: Period, group: Group, as_of: datetime, count: int, sha256: str
) -> Manifest:
    aside = facts.aside(session, scheme, period, group, as_of)
    entered = beside.entered(session, scheme, period, as_of)
    previous = scores_before(session, scheme, period, group, as_of)
    units = contract.units_in_effect(session, group, period.start, period.end)
    codes = session.execute(contract.unit_codes())
    return Manifest(
        form=FORM,
        scheme=text,
        period=period.name,
        time_zone=period.zone.key,
        group=group.value,
        as_of=instant(as_of),
        rows=count,
        sha256=sha256,
        units=[[unit.code, unit.name, unit.population] for unit in units],
        codes={str(row.unit_id): row.code for row in codes},
        aside=aside,
        entered={code: found for code, one in entered.items() if (found := beside.kept({}, one))},
        previous={code: str(value) for code, value in previous.items()},
    )
