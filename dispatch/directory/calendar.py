"""The calendar of days off and make-up working days as the database holds it, for the limits to count with."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import CalendarDay
from dispatch.limits import shipped
from dispatch.limits.calendar import Calendar


def stored_calendar(session: Session) -> Calendar:
    """The calendar of every notice on record, in the business time zone; no other year is covered."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.is_off, CalendarDay.notice_year)).all()
    zone = ZoneInfo(shipped.defaults()["time_zone"])
    return Calendar.build(((row.day, row.is_off) for row in rows), years={row.notice_year for row in rows}, zone=zone)
