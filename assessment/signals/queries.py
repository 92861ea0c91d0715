"""The tally of every unit, and the tickets behind one of its signals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.periods import Period
from assessment.schemes.model import Group, Scheme
from assessment.signals.judging import Tally
from assessment.signals.marks import marked
from assessment.signals.thresholds import Signal, Thresholds
from dispatch import contract


def tally(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, *, by: Thresholds) -> Tally:
    """``(cases, whole)`` by unit code and signal."""
    marks = marked(session, scheme, period, group, as_of, by)
    sums = [func.count().filter(marks.c[signal.value]).label(signal.value) for signal in Signal]
    sums += [func.count().filter(marks.c[f"{signal.value}_of"]).label(f"{signal.value}_of") for signal in Signal]
    rows = select(marks.c.unit_id, *sums).group_by(marks.c.unit_id).subquery()
    units = contract.unit_codes().subquery()
    names = [rows.c[column.name] for column in sums]
    found = session.execute(
        select(units.c.code, *names).join_from(rows, units, units.c.unit_id == rows.c.unit_id)
    ).mappings()
    return {(row["code"], signal): (row[signal.value], row[f"{signal.value}_of"]) for row in found for signal in Signal}


def ticket_ids(
    session: Session,
    scheme: Scheme,
    period: Period,
    group: Group,
    as_of: datetime,
    *,
    by: Thresholds,
    unit_id: int,
    signal: Signal,
    after: int = 0,
    limit: int = 50,
) -> list[int]:
    """The tickets that are a case of the signal at this unit, by ticket_id: at most ``limit`` of those after ``after``."""
    marks = marked(session, scheme, period, group, as_of, by)
    query = select(marks.c.ticket_id).where(
        marks.c.unit_id == unit_id, marks.c[signal.value], marks.c.ticket_id > after
    )
    return list(session.scalars(query.order_by(marks.c.ticket_id).limit(limit)))
