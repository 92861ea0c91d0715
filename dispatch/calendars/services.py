"""Changing the calendar: a notice replaces its year, local additions replace each other. Every change is a version."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dispatch.calendars.notice import LONGEST_NAME, Notice, NoticeDay
from dispatch.directory import groups
from dispatch.directory.calendar import LOCAL_KINDS
from dispatch.directory.models import CalendarDay, CalendarVersion, LocalDay
from dispatch.kernel.errors import DomainError


class Local(NamedTuple):
    """A local addition; ``kind``: off, worked or half."""

    day: date
    name: str
    kind: str


def days_of(session: Session, year: int) -> tuple[NoticeDay, ...]:
    """What the notice of ``year`` on record says, by date; empty: none is on record."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.name, CalendarDay.is_off)
        .where(CalendarDay.notice_year == year)
        .order_by(CalendarDay.day)
    )
    return tuple(NoticeDay(*row) for row in rows)


def replace_notice(session: Session, notice: Notice, *, source: str, actor: str, at: datetime) -> list[date]:
    """Put ``notice`` in the place of what is on record for its year; returns the days on which something changes, by date.

    The same notice again changes nothing. The due instants of open tickets are :mod:`dispatch.calendars.recount`'s matter.
    """
    groups.lock(session)
    before = {day.day: day for day in days_of(session, notice.year)}
    after = {day.day: day for day in notice.days}
    changed = sorted(day for day in {*before, *after} if _worked(before.get(day)) != _worked(after.get(day)))
    if before == after:
        return []
    session.execute(delete(CalendarDay).where(CalendarDay.notice_year == notice.year))
    _refuse_taken(session, notice)
    rows = [day._asdict() | {"notice_year": notice.year} for day in notice.days]
    session.execute(insert(CalendarDay), rows)
    said = {"days": [[day.day.isoformat(), day.name, day.is_off] for day in notice.days]}
    session.add(CalendarVersion(kind="notice", year=notice.year, days=said, source=source, actor=actor, at=at))
    groups.bump(session)
    # A year that was not published was counted by plain weekdays and marked provisional: all of it is settled now.
    return changed if before else sorted({*changed, date(notice.year, 1, 1)})


def replace_local(session: Session, days: Sequence[Local], *, source: str, actor: str, at: datetime) -> list[date]:
    """Put ``days`` in the place of all local additions; returns the days on which something changes, by date."""
    groups.lock(session)
    before = {day.day: day for day in local_days(session)}
    after = {day.day: day for day in days}
    if before == after:
        return []
    session.execute(delete(LocalDay))
    if days:
        session.execute(insert(LocalDay), [day._asdict() for day in days])
    said = {"days": [[day.day.isoformat(), day.name, day.kind] for day in days]}
    session.add(CalendarVersion(kind="local", year=None, days=said, source=source, actor=actor, at=at))
    groups.bump(session)
    kinds = {day: (before.get(day), after.get(day)) for day in {*before, *after}}
    return sorted(day for day, (one, other) in kinds.items() if (one and one.kind) != (other and other.kind))


def local_days(session: Session) -> list[Local]:
    """The local additions on record, by date."""
    rows = session.execute(select(LocalDay.day, LocalDay.name, LocalDay.kind).order_by(LocalDay.day))
    return [Local(*row) for row in rows]


def read_local(content: bytes) -> list[Local]:
    """Local additions from a CSV ``date,name,kind``. Raises ``calendar.file_unreadable`` with the line."""
    try:
        rows = csv.DictReader(StringIO(content.decode("utf-8-sig")))
        if rows.fieldnames is None or not {"date", "name", "kind"} <= set(rows.fieldnames):
            raise _bad(1, "表头须有 date,name,kind 三列")
        found = [_local(rows.line_num, row) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _bad(1, str(error)) from None
    if len({day.day for day in found}) != len(found):
        raise DomainError("calendar.contradicts_itself", "同一天出现了两次。")
    return found


def versions(session: Session, *, limit: int = 50) -> Sequence[CalendarVersion]:
    """The changes on record, newest first."""
    query = select(CalendarVersion).order_by(CalendarVersion.version.desc()).limit(limit)
    return session.scalars(query).all()


def _local(number: int, row: dict[str, Any]) -> Local:
    try:
        day = date.fromisoformat(str(row["date"]))
    except ValueError:
        raise _bad(number, f"date “{row['date']}”不是日期") from None
    name, kind = str(row["name"] or "").strip(), str(row["kind"] or "").strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _bad(number, f"name 须为 1 至 {LONGEST_NAME} 个字")
    if kind not in LOCAL_KINDS:
        raise _bad(number, f"kind 须为 {'、'.join(LOCAL_KINDS)} 之一")
    return Local(day, name, kind)


def _refuse_taken(session: Session, notice: Notice) -> None:
    """A day that another year's notice names already cannot be said twice."""
    taken = (
        select(CalendarDay.day).where(CalendarDay.day.in_([day.day for day in notice.days])).order_by(CalendarDay.day)
    )
    first = session.scalars(taken).first()
    if first is not None:
        raise DomainError("calendar.day_taken", f"{first.isoformat()} 已在另一年的放假安排中。")


def _worked(day: NoticeDay | None) -> bool | None:
    return None if day is None else not day.is_off


def _bad(line: int, why: str) -> DomainError:
    return DomainError("calendar.file_unreadable", f"第 {line} 行：{why}。")
