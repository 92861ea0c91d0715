"""The data that comes with the code: the holiday notices and the policy a city starts with."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class HolidayRow(NamedTuple):
    """One day of a State Council notice: a day off, or a make-up working day (调休)."""

    day: date
    name: str
    is_off: bool
    notice_year: int
    """The year whose notice names the day; the last days of December may belong to the next year's."""


@cache
def holiday_rows() -> tuple[HolidayRow, ...]:
    """Every day of the shipped notices in order of date; origin: ``ORIGIN.holidays.md`` beside the file."""
    text = files("dispatch.directory").joinpath("data", "holidays.csv").read_text(encoding="utf-8")
    return tuple(
        HolidayRow(date.fromisoformat(row["date"]), row["name"], row["is_off"] == "1", int(row["year_file"]))
        for row in csv.DictReader(text.splitlines())
    )


@cache
def defaults() -> dict[str, Any]:
    """The time zone, which no policy changes, and the ``office_hours`` of the policy that a city starts with."""
    data = files("dispatch.limits") / "data"
    zone, policy = (tomllib.loads((data / name).read_text("utf-8")) for name in ("defaults.toml", "policy.toml"))
    return zone | {"office_hours": policy["office_hours"]}
