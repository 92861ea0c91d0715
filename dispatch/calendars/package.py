"""A notice from the published package ``chinesecalendar``, which is updated when the State Council has spoken."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dispatch.calendars.notice import Notice, NoticeDay, checked
from dispatch.kernel.errors import DomainError

PACKAGE = "chinese_calendar"


def from_package(year: int) -> Notice:
    """The notice of ``year``. Raises ``calendar.package_missing``, or ``calendar.not_announced`` where it has no such year."""
    try:
        known: Any = import_module(f"{PACKAGE}.constants")
    except ModuleNotFoundError:
        raise DomainError(
            "calendar.package_missing",
            "没有安装 chinesecalendar：请先 pip install -U chinesecalendar，或改用文件导入。",
        ) from None
    off = [NoticeDay(day, _name(name), True) for day, name in known.holidays.items() if day.year == year]
    worked = [NoticeDay(day, _name(name), False) for day, name in known.workdays.items() if day.year == year]
    if not off:
        raise DomainError("calendar.not_announced", f"{year} 年的放假安排尚未公布(chinesecalendar 中没有这一年)。")
    return checked(year, [*off, *worked])


def _name(name: str) -> str:
    """The package names days in English; the notices' own words are these."""
    return WORDS.get(str(name), str(name))


WORDS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
