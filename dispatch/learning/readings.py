"""Numbers about the category model, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.kernel.metrics import Reading
from dispatch.learning import queries


def readings(session: Session, at: datetime, machine_at: datetime) -> Iterator[Reading]:  # noqa: ARG001 - a source's shape
    """Whether a model is in force, how old it is, and how far its answers are from what people confirm."""
    row = queries.current_row(session)
    meaning = "Whether a trained model suggests categories (0: keywords alone)."
    yield Reading("hotline_category_model_in_force", meaning, 1.0 if row else 0.0)
    if row is None:
        return
    age = (at - row.trained_at).total_seconds()
    yield Reading("hotline_category_model_age_seconds", "Age of the model in force, in business time.", age)
    for month in queries.drift(session, row.number, limit=1):
        share = month.differing / month.tickets
        meaning = "Share of the newest month's confirmed tickets to which the model would have given another category."
        yield Reading("hotline_category_model_differing_share", meaning, share)
