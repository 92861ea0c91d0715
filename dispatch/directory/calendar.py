"""The calendar of days off and make-up working days as the database holds it, for the limits to count with."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import CalendarDay, LocalDay
from dispatch.limits import shipped
from dispatch.limits.calendar import Calendar

OFF, WORKED, HALF = LOCAL_KINDS = ("off", "worked", "half")


def stored_calendar(session: Session) -> Calendar:
    """The calendar of every notice on record with the local additions, in the business time zone; no other year is covered."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.is_off, CalendarDay.notice_year)).all()
    local = {row.day: row.kind for row in session.execute(select(LocalDay.day, LocalDay.kind))}
    is_off = {row.day: row.is_off for row in rows} | {day: kind == OFF for day, kind in local.items()}
    return Calendar.build(
        is_off.items(),
        years={row.notice_year for row in rows},
        zone=ZoneInfo(shipped.defaults()["time_zone"]),
        half_days=[day for day, kind in local.items() if kind == HALF],
    )
