"""Reading a yearly notice: both shapes, and a line or a reason for everything that cannot be one."""

from __future__ import annotations

import json
import sys
from datetime import date
from types import ModuleType

import pytest

from dispatch.calendars.notice import Notice, NoticeDay, read
from dispatch.calendars.package import from_package
from dispatch.calendars.services import Local, read_local
from dispatch.kernel.errors import DomainError

OFF = [("元旦", f"2027-01-0{day}", True) for day in (1, 2, 3)] + [
    ("春节", f"2027-02-0{day}", True) for day in (6, 7, 8)
]
DAYS = [*OFF, ("春节", "2027-02-14", False)]


def as_json(days: list[tuple[str, str, object]] = DAYS, year: object = 2027) -> bytes:
    rows = [{"name": name, "date": day, "isOffDay": is_off} for name, day, is_off in days]
    return json.dumps({"$schema": "x", "year": year, "papers": [], "days": rows}, ensure_ascii=False).encode()


def as_csv(days: list[tuple[str, str, object]] = DAYS) -> bytes:
    lines = [f"{day},{name},{int(bool(is_off))}" for name, day, is_off in days]
    return "\n".join(["date,name,is_off", *lines]).encode("utf-8-sig")


@pytest.mark.parametrize("content", [as_json(), as_csv(), as_json(list(reversed(DAYS)))])
def test_notice_is_the_same_from_either_shape(content: bytes) -> None:
    days = tuple(sorted(NoticeDay(date.fromisoformat(day), name, bool(is_off)) for name, day, is_off in DAYS))
    assert read(content) == Notice(2027, days)


def test_notice_may_begin_in_the_december_before() -> None:
    found = read(as_csv([("元旦", "2026-12-31", True), *DAYS]))
    assert (found.year, found.days[0].day) == (2027, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (as_json(DAYS[:3]), "calendar.not_announced", "2027"),
        (as_json([]), "calendar.not_announced", "2027"),
        (b"date,name,is_off\n", "calendar.file_unreadable", "没有任何一天"),
        (b"date,is_off\n2027-01-01,1\n", "calendar.file_unreadable", "表头"),
        (b"date,name,is_off\n2027-01-01,x,1\n2027-13-01,x,1\n", "calendar.file_unreadable", "第 3 行"),
        (b"date,name,is_off\n2027-01-01,x,maybe\n", "calendar.file_unreadable", "第 2 行"),
        (b"date,name,is_off\n2027-01-01,,1\n", "calendar.file_unreadable", "第 2 行"),
        (b"\xff\xfe", "calendar.file_unreadable", "UTF-8"),
        (b"{", "calendar.file_unreadable", "JSON"),
        (b'{"days": 3}', "calendar.file_unreadable", "days"),
        (b'{"year": "2027", "days": []}', "calendar.file_unreadable", "year"),
        (b'{"days": [1]}', "calendar.file_unreadable", "第 1 行"),
        (as_json([*DAYS, ("元旦", "2028-01-01", True)]), "calendar.day_outside", "2028-01-01"),
        (as_json([*DAYS, ("元旦", "2026-11-30", True)]), "calendar.day_outside", "2026-11-30"),
        (as_json([*DAYS, ("元旦", "2027-01-01", False)]), "calendar.contradicts_itself", "2027-01-01"),
    ],
)
def test_notice_is_refused_with_the_place_when_it_cannot_be_one(content: bytes, code: str, words: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read(content)
    assert refusal.value.code == code
    assert words in refusal.value.message


def test_notice_of_another_year_is_refused_when_the_year_was_said() -> None:
    with pytest.raises(DomainError, match="2027") as refusal:
        read(as_json(), 2028)
    assert refusal.value.code == "calendar.other_year"


def test_package_gives_a_year_that_it_has_and_refuses_one_that_is_not_announced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = ModuleType("chinese_calendar.constants")
    known.holidays = {date(2027, 1, day): "New Year's Day" for day in range(1, 6)}  # type: ignore[attr-defined]
    known.workdays = {date(2027, 1, 9): "New Year's Day"}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chinese_calendar", ModuleType("chinese_calendar"))
    monkeypatch.setitem(sys.modules, "chinese_calendar.constants", known)
    found = from_package(2027)
    assert (len(found.days), found.days[0].name, found.days[-1]) == (
        6,
        "元旦",
        NoticeDay(date(2027, 1, 9), "元旦", False),
    )
    with pytest.raises(DomainError, match="尚未公布"):
        from_package(2028)


def test_package_is_asked_for_when_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    with pytest.raises(DomainError, match="chinesecalendar"):
        from_package(2027)


def test_local_additions_are_read_and_refused_by_line() -> None:
    assert read_local("date,name,kind\n2026-12-30,盘点,half\n".encode()) == [Local(date(2026, 12, 30), "盘点", "half")]
    for content, words in (
        (b"date,name\n", "表头"),
        (b"date,name,kind\n2026-12-30,x,often\n", "第 2 行"),
        (b"date,name,kind\nx,x,off\n", "第 2 行"),
        (b"date,name,kind\n2026-12-30,x,off\n2026-12-30,y,off\n", "两次"),
    ):
        with pytest.raises(DomainError, match=words):
            read_local(content)
