"""How each day's matters ended at intake or without a unit, and how many went to one: counted over indexes of instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Label, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from dispatch.limits.calendar import Calendar
from dispatch.outcomes.models import Ending
from dispatch.outcomes.states import EndingKind
from dispatch.tickets.models import Assignment

DISPATCHED, HARASSMENT = "dispatched", "harassment"
KINDS = (
    DISPATCHED,
    EndingKind.ANSWERED,
    EndingKind.DECLINED,
    EndingKind.TRANSFERRED,
    EndingKind.INVALID,
    HARASSMENT,
    EndingKind.WITHDRAWN,
)
FIRST = 1  # the number of a ticket's first assignment, which is its first lead's


@dataclass(frozen=True, slots=True)
class Day:
    """One local day. ``counts``: by kind; an invalid matter that was harassment is counted as that alone."""

    on: date
    counts: Mapping[str, int]


def days(session: Session, *, at: datetime, count: int, calendar: Calendar) -> list[Day]:
    """The last ``count`` local days, today's first. An ending that was reversed is not counted."""
    today = calendar.local_day(at)
    first = today - timedelta(days=count - 1)
    start = datetime(first.year, first.month, first.day, tzinfo=calendar.zone)
    found: dict[tuple[date, str], int] = {}
    for day, kind, ground, number in _endings(session, start, at, str(calendar.zone)):
        key = (day, HARASSMENT if (kind, ground) == (EndingKind.INVALID, HARASSMENT) else kind)
        found[key] = found.get(key, 0) + number
    for day, number in _dispatches(session, start, at, str(calendar.zone)):
        found[day, DISPATCHED] = number
    shown = [today - timedelta(days=back) for back in range(count)]
    return [Day(day, {kind: found.get((day, kind), 0) for kind in KINDS}) for day in shown]


def _endings(session: Session, start: datetime, at: datetime, zone: str) -> Iterable[tuple[date, str, str | None, int]]:
    day = _local_day(Ending.ended_at, zone)
    rows = session.execute(
        select(day, Ending.kind, Ending.ground, func.count())
        .where(Ending.ended_at >= start, Ending.ended_at <= at, Ending.reversed_at.is_(None))
        .group_by(day.name, Ending.kind, Ending.ground)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _dispatches(session: Session, start: datetime, at: datetime, zone: str) -> Iterable[tuple[date, int]]:
    day = _local_day(Assignment.sent_at, zone)
    of_first = (Assignment.number == FIRST, Assignment.sent_at >= start, Assignment.sent_at <= at)
    rows = session.execute(select(day, func.count()).where(*of_first).group_by(day.name))
    return [(row[0], row[1]) for row in rows]


def _local_day(instant: InstrumentedAttribute[datetime], zone: str) -> Label[date]:
    return func.date(func.timezone(zone, instant)).label("day")
