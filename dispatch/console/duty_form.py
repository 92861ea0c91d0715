"""What is typed into the form of the rota: days, change-over times, people in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.duty.people import people_by_login
from dispatch.duty.tiling import Span, tile
from dispatch.kernel.errors import DomainError

CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
BETWEEN = re.compile(r"[\s,，、;；/]+")
LONGEST = 2_000  # characters of a field that is taken apart


def spans(form: Mapping[str, str], city: Reference) -> list[Span]:
    """The spans of the days typed. Raises ``duty.day_unreadable``, ``duty.days_unreadable``, ``duty.changes_unreadable``."""
    try:
        first = date.fromisoformat(form.get("first_day", "").strip())
    except ValueError:
        raise DomainError("duty.day_unreadable", "起始日期无法识别。", field="first_day") from None
    typed = form.get("days", "").strip()
    days = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < len("1000") else 0
    if not 0 < days <= city.procedure.duty.filled_days:
        raise DomainError("duty.days_unreadable", "天数须为整数，且不超过规定的一次排班天数。", field="days")
    return tile(first, days, _times(form.get("changes", "")[:LONGEST]), city.calendar.zone)


def people_in_turn(session: Session, typed: str) -> list[tuple[int, int | None]]:
    """One person a line, by log-in, their backup behind: (account, backup). Raises ``duty.people_unreadable`` and for unknown ones."""
    lines = [BETWEEN.split(line.strip()) for line in typed[:LONGEST].splitlines() if line.strip()]
    if any(len(words) > len(("login", "backup")) for words in lines):
        raise DomainError("duty.people_unreadable", "每行填写一人：值班人账号，其后可写后备人账号。", field="people")
    try:
        return [people_by_login(session, words[0], words[1] if words[1:] else None) for words in lines]
    except DomainError as error:
        raise DomainError(error.code, error.message, field="people") from None


def _times(typed: str) -> list[time]:
    try:
        return [_time(word) for word in BETWEEN.split(typed.strip()) if word]
    except ValueError:
        raise DomainError(
            "duty.changes_unreadable", "交接班时间无法识别，应形如 08:30 18:00。", field="changes"
        ) from None


def _time(word: str) -> time:
    found = CLOCK.fullmatch(word)
    if found is None:
        raise ValueError(word)
    return time(int(found[1]), int(found[2]))
