"""Keeping the open periods' rows, again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.kernel.application import runtime
from dispatch.kernel.periodic import periodic

ONCE = 1_000_000  # all of it in one run: not again at once


@periodic("running.keep", every_seconds=60, batch=ONCE)
def keep_open(session: Session, at: datetime) -> int:
    """Copy what changed in the open months since the last time."""
    from assessment.running import keeping

    return keeping.keep_open(session, zone=runtime().config.time_zone, at=at)
