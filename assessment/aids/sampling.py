"""What the rank intervals are drawn from: the tickets of each ranked unit by what they add to its counts, from one statement."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.aids.intervals import RankInterval, Sample, fields_needed, rank_intervals
from assessment.aids.settings import settings
from assessment.service import Table
from assessment.table import to_csv
from dispatch import contract


def intervals_of(session: Session, table: Table, *, seed: str | None = None) -> dict[str, RankInterval]:
    """By unit code, for the ranked units of a table. ``seed``: a publication's digest; else one of the table itself, so that the
    same numbers always have the same intervals."""
    return rank_intervals(samples_of(session, table), table.scheme, seed=seed or digest_of(table), settings=settings())


def digest_of(table: Table) -> str:
    """SHA-256 over the question and the exchange table."""
    question = f"{table.scheme.name} {table.scheme.version} {table.period.name} {table.group}\n"
    return hashlib.sha256((question + to_csv(table.rows)).encode()).hexdigest()


def samples_of(session: Session, table: Table) -> dict[str, Sample]:
    """By unit code, for the ranked units."""
    names = fields_needed(table.scheme)
    cells: dict[str, Counter[tuple[str, ...]]] = {}
    for row in session.execute(_by_cell(session, table, names)).mappings():
        cell = tuple(name for name in names if row[name])
        cells.setdefault(row["code"], Counter())[cell] += row["tickets"]
    return {
        row.unit.code: Sample(row.counts, cells.get(row.unit.code, Counter()), row.beside)
        for row in table.rows
        if row.rank is not None
    }


def _by_cell(session: Session, table: Table, names: tuple[str, ...]) -> Select[Any]:
    found_in = facts.parts(session, table.scheme, table.period, table.group, table.as_of)
    tickets = union_all(*(_flags(rows.c, names) for rows, _is_voice in found_in)).subquery()
    flags = [tickets.c[name] for name in names]
    grouped = select(tickets.c.unit_id, *flags, func.count().label("tickets")).group_by(tickets.c.unit_id, *flags)
    rows, units = grouped.subquery(), contract.unit_codes().subquery()
    found = [rows.c[name] for name in (*names, "tickets")]
    return select(units.c.code, *found).join_from(rows, units, units.c.unit_id == rows.c.unit_id)


def _flags(fact: Any, names: tuple[str, ...]) -> Select[Any]:
    """One row per ticket that counts: which fields it adds to."""
    known = conditions.conditions(fact)
    flags = [func.coalesce(known[name], False).label(name) for name in names]
    return select(fact.unit_id, *flags).where(known["received"])
