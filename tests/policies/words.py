"""Policy files for the tests: the shipped one with a line or two changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dispatch.limits.policy import shipped_text
from dispatch.policies import services
from dispatch.policies.models import PolicyVersion
from tests.town import Desk

ORDINARY = '{ limit = "7nd", acknowledge = "4h", first_contact = "24h", basis = "一般诉求：7 日" },'
HOURS = 'working_day = ["09:00-12:00", "13:00-18:00"]'


def file(*changes: tuple[str, str], name: str = "新政策") -> str:
    """The shipped file under another name, each first text replaced by the second; each must be there."""
    text = shipped_text()
    for before, after in (("出厂政策", name), *changes):
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def ordinary(limit: str, acknowledge: str = "4h", first_contact: str = "24h") -> tuple[str, str]:
    """The change that gives ordinary matters other limits."""
    row = f'limit = "{limit}", acknowledge = "{acknowledge}", first_contact = "{first_contact}", basis = "试"'
    return ORDINARY, f"{{ {row} }},"


def unit_row(kind: str, limit: str) -> tuple[str, str]:
    """The change that adds a row for a kind of unit."""
    row = f'{{ unit_kind = "{kind}", limit = "{limit}", acknowledge = "1h", first_contact = "2h", basis = "按单位" }},'
    return "limit = [\n", f"limit = [\n    {row}\n"


def put(desk: Desk, text: str, since: datetime | None = None, **values: Any) -> PolicyVersion:
    """Put on record, in force from ``since``, by default at once."""
    row: PolicyVersion = desk.run(
        services.put, text, effective_from=since or desk.at, actor="account:9", at=desk.at, **values
    )
    return row
