"""A yearly notice of days off and make-up days as a file has it: JSON in the shape of holiday-cn, or CSV. Nothing is stored here."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import pairwise
from typing import Any, NamedTuple

from dispatch.kernel.errors import DomainError

DECEMBER, LAST_DAYS = 12, 25  # the notice of a year may begin in the last days of the one before
FEWEST_OFF = 5  # no year's notice ever named fewer; a cut-off file must not pass for one
LONGEST_NAME = 40
BOOLEANS = {"1": True, "0": False, "true": True, "false": False}


class NoticeDay(NamedTuple):
    """A day off, or (``is_off`` false) a make-up working day."""

    day: date
    name: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What the State Council says about ``year``, by date."""

    year: int
    days: tuple[NoticeDay, ...]


def read(content: bytes, year: int | None = None) -> Notice:
    """The notice in a file. ``year``: which year it is for, where the file does not say so or to make sure.

    Raises ``calendar.file_unreadable`` (with the line), ``calendar.other_year``, ``calendar.contradicts_itself``,
    ``calendar.day_outside`` or ``calendar.not_announced``.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(f"不是 UTF-8 文字(第 {error.start} 字节)") from None
    said, days = _of_json(text) if text.lstrip().startswith(("{", "[")) else _of_csv(text)
    if year is not None and said is not None and said != year:
        raise DomainError("calendar.other_year", f"文件是 {said} 年的，不是 {year} 年的。")
    return checked(year or said or _most_of(days), days)


def checked(year: int, days: Iterable[NoticeDay]) -> Notice:
    """The notice, if it can be one."""
    found = sorted(set(days))
    if sum(day.is_off for day in found) < FEWEST_OFF:
        raise DomainError(
            "calendar.not_announced", f"{year} 年的放假安排尚未公布，或文件不完整(休息日不足 {FEWEST_OFF} 天)。"
        )
    for day in found:
        is_before = day.day.year == year - 1 and (day.day.month, day.day.day) > (DECEMBER, LAST_DAYS)
        if day.day.year != year and not is_before:
            raise DomainError("calendar.day_outside", f"{day.day.isoformat()} 不在 {year} 年内。")
    if len({day.day for day in found}) != len(found):
        twice = next(one.day for one, other in pairwise(found) if one.day == other.day)
        raise DomainError("calendar.contradicts_itself", f"{twice.isoformat()} 出现了两次，内容不同。")
    return Notice(year, tuple(found))


def _of_json(text: str) -> tuple[int | None, list[NoticeDay]]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise _unreadable(f"JSON 有误：{error}") from None
    rows = body.get("days") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise _unreadable("JSON 中没有 days 列表")
    year = body.get("year") if isinstance(body, dict) else None
    if year is not None and not isinstance(year, int):
        raise _unreadable("year 不是整数")
    return year, [_day(number, row, "isOffDay") for number, row in enumerate(rows, start=1)]


def _of_csv(text: str) -> tuple[int | None, list[NoticeDay]]:
    rows = csv.DictReader(StringIO(text))
    if rows.fieldnames is None or not {"date", "name", "is_off"} <= set(rows.fieldnames):
        raise _unreadable("表头须有 date,name,is_off 三列")
    try:
        return None, [_day(rows.line_num, row, "is_off") for row in rows]
    except csv.Error as error:
        raise _unreadable(f"第 {rows.line_num} 行：{error}") from None


def _day(number: int, row: Any, is_off_name: str) -> NoticeDay:
    if not isinstance(row, dict):
        raise _unreadable(f"第 {number} 行：不是一天")
    try:
        day = date.fromisoformat(str(row.get("date")))
    except ValueError:
        raise _unreadable(f"第 {number} 行：date “{row.get('date')}”不是日期") from None
    is_off = row.get(is_off_name)
    if not isinstance(is_off, bool):
        is_off = BOOLEANS.get(str(is_off).strip().lower())
    if is_off is None:
        raise _unreadable(f"第 {number} 行：{is_off_name} 须为 1 或 0、true 或 false")
    name = str(row.get("name") or "").strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _unreadable(f"第 {number} 行：name 须为 1 至 {LONGEST_NAME} 个字")
    return NoticeDay(day, name, is_off)


def _most_of(days: list[NoticeDay]) -> int:
    years = [day.day.year for day in days]
    if not years:
        raise _unreadable("没有任何一天")
    return max(set(years), key=years.count)


def _unreadable(why: str) -> DomainError:
    return DomainError("calendar.file_unreadable", f"无法读取放假安排：{why}。")
