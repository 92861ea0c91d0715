"""The calendar of days off and make-up working days: what the package ships, and what the database holds."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import CalendarDay


class DayRow(NamedTuple):
    """A day off (``is_off``) or a make-up working day, and the year of the notice that says so."""

    day: date
    is_off: bool
    notice_year: int


@cache
def shipped_days() -> tuple[dict[str, Any], ...]:
    """Rows of ``calendar_day`` that come with the package; origin and licence stand beside the file."""
    text = (files("dispatch.directory") / "data" / "holidays.csv").read_text("utf-8")
    return tuple(
        {
            "day": date.fromisoformat(row["date"]),
            "name": row["name"],
            "is_off": row["is_off"] == "1",
            "notice_year": int(row["year_file"]),
        }
        for row in csv.DictReader(text.splitlines())
    )


def stored_days(session: Session) -> list[DayRow]:
    """Every day that the database holds, in order."""
    columns = (CalendarDay.day, CalendarDay.is_off, CalendarDay.notice_year)
    return [DayRow(*row) for row in session.execute(select(*columns).order_by(CalendarDay.day))]
