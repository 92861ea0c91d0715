"""The marks of all units that a process watches, from one look to the next: only units where something happened are counted again.

Every change of a ticket is an event, and every event is sealed or waits for its seal: both are told by an index. What changes by
the clock alone is known ahead (``turns_at``). Every half minute all is counted anew, whatever was heard.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.kernel.arrays import array_of
from dispatch.kernel.changed_streams import Heard, changed_between, hear
from dispatch.tickets.desk_marks import DeskMarks, desk_marks

WHOLE_LOOKS: Final = 20
MOST_WAITING: Final = 5_000  # tickets without a seal; beyond it everything is counted at every look

_UNITS_OF: Final = text("SELECT DISTINCT unit_id FROM assignment WHERE ticket_id = ANY(CAST(:tickets AS bigint[]))")


@dataclass(frozen=True, slots=True)
class Watched:
    """The marks of ``unit_ids`` as of ``at``; ``whole_at`` (monotonic): when all of them were last counted."""

    marks: DeskMarks
    unit_ids: frozenset[int]
    at: datetime
    heard: Heard | None
    whole_at: float


def watch(
    session: Session, unit_ids: frozenset[int], *, at: datetime, last: Watched | None, whole_seconds: float
) -> Watched:
    """The marks as they stand; ``last``: what this process knew before, all of it counted no longer than ``whole_seconds`` ago.

    What was heard is asked for before anything is counted: what commits in between is counted now or told next time, and a cursor
    taken in between is newer than ``ahead``, so that it proves nothing.
    """
    heard = hear(session, most=MOST_WAITING)
    known = last if last is not None and time.monotonic() - last.whole_at < whole_seconds else None
    again = _to_count(session, unit_ids, heard, at, known)
    counted = desk_marks(session, unit_ids if again is None else again, at=at)
    ahead = counted.ahead if heard is None else heard.ahead
    if known is None or again is None:
        return Watched(DeskMarks(ahead, counted.by_unit), unit_ids, at, heard, time.monotonic())
    held = {
        unit_id: mark for unit_id, mark in known.marks.by_unit.items() if unit_id in unit_ids and unit_id not in again
    }
    return Watched(DeskMarks(ahead, held | dict(counted.by_unit)), unit_ids, at, heard, known.whole_at)


def _to_count(
    session: Session, unit_ids: frozenset[int], heard: Heard | None, at: datetime, last: Watched | None
) -> frozenset[int] | None:
    """The units whose mark may be another than it was; None: that cannot be told, so all of them."""
    if last is None or last.heard is None or heard is None or at < last.at or heard.seal_id < last.heard.seal_id:
        return None
    tickets = changed_between(session, last.heard, heard)
    stale = frozenset(session.scalars(_UNITS_OF, {"tickets": array_of(tickets)})) if tickets else frozenset()
    marks = last.marks.by_unit.items()
    turned = {unit_id for unit_id, mark in marks if mark.turns_at is not None and mark.turns_at <= at}
    return (stale & unit_ids) | (turned & unit_ids) | (unit_ids - last.unit_ids)
