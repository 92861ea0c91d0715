"""Which tickets may no longer be what a copying of an open month wrote down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assessment.exclusions import counting as cases
from dispatch import contract

# Facts may be written with instants that lie ahead (imported rows: five minutes), and decided cases commit later than they say.
MARGIN = timedelta(minutes=6)


def changed(session: Session, seal_id: int, after: datetime, *, at: datetime, most: int) -> frozenset[int] | None:
    """Those with events that no seal up to ``seal_id`` covers, or with a case decided after ``after``. None: more than ``most``."""
    moved = contract.changed_since(session, seal_id, most=most)
    if moved is None:
        return None
    found = moved | cases.decided_between(session, after, at)
    return found if len(found) <= most else None
