"""Drift: how the model in force does on newer tickets, month by month, and how strange their words have become to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.learning import confirmed, queries
from dispatch.learning.model import Model
from dispatch.learning.models import CategoryDrift
from dispatch.learning.rows import Row, row_digest
from dispatch.learning.standing import in_force
from dispatch.learning.suggesting import current_model
from dispatch.routing.taxonomy import Taxonomy

# A month is judged by its newest confirmed tickets: enough for a share to a percent, a second of work.
MOST_PER_MONTH: Final = 2_000


def count(session: Session, at: datetime, *, taxonomy: Taxonomy, zone: ZoneInfo, months: int) -> int:
    """Count the running month and those before it, ``months`` in all, for the model in force; how many had tickets to ask.

    Months are local ones by the receipt of the ticket. Texts that the model was made from are not asked. ``taxonomy`` says
    which category a label means.
    """
    model, wanted = current_model(session), in_force(session)
    if model is None or wanted is None:
        return 0
    codes = {label: taxonomy.code_of(label) for label in model.labels}
    learnt = queries.row_digests(session, wanted.number)
    counted = 0
    for month, begin, end in _months(at, zone, months):
        rows = confirmed.training_rows(session, begin, min(end, at), limit=MOST_PER_MONTH)
        fresh = [row for row in rows if row_digest(row.text) not in learnt]
        if fresh:
            _put(session, wanted.number, month, _figures(model.model, fresh, codes) | {"confirmed": len(rows)}, at=at)
            counted += 1
    return counted


def _figures(model: Model, rows: list[Row], codes: Mapping[str, str | None]) -> dict[str, float]:
    texts = [row.text for row in rows]
    probabilities = model.probabilities(texts)
    best = probabilities.argmax(axis=1)
    differing = sum(codes[model.labels[place]] != row.label for place, row in zip(best, rows, strict=True))
    return {
        "tickets": len(rows),
        "differing": differing,
        "confidence": float(probabilities[np.arange(len(rows)), best].mean()),
        "unknown": model.unknown_share(texts),
    }


def _put(session: Session, number: int, month: date, figures: dict[str, float], *, at: datetime) -> None:
    values = figures | {"counted_at": at}
    session.execute(
        insert(CategoryDrift)
        .values(number=number, month=month, **values)
        .on_conflict_do_update(index_elements=["number", "month"], set_=values)
    )


def _months(at: datetime, zone: ZoneInfo, months: int) -> list[tuple[date, datetime, datetime]]:
    """The local months up to the one of ``at``, the last first: first day, begin, end."""
    found = []
    first = at.astimezone(zone).date().replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    for _ in range(months):
        found.append((first, _midnight(first, zone), _midnight(after, zone)))
        first, after = (first - timedelta(days=1)).replace(day=1), first
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
