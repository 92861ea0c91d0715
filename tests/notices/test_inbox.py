"""提醒: who sees which lines, and what reading them changes."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.console.inbox_views import KINDS
from dispatch.duty.standing_in import UNREAD
from dispatch.kernel.outbox import LISTENERS
from dispatch.notices import inbox
from dispatch.notices.consumers import INBOX
from dispatch.notices.inbox import Reader
from dispatch.notices.ladder import LADDER
from tests.notices.conftest import Town


@pytest.fixture
def late(town: Town) -> Town:
    """One ticket past its limit: the unit, its head and its district have lines."""
    town.desk.accept()
    town.desk.later(days=8).sweep()
    town.perform()
    return town


def lines(town: Town, unit: str, *roles: str) -> list[str]:
    reader = Reader(town.desk.unit_id(unit), roles)
    rows = town.desk.run(inbox.unread, reader, limit=50)
    return [row.Notice.kind for row in rows]


def read(town: Town, unit: str, ids: list[int], *roles: str) -> Any:
    reader = Reader(town.desk.unit_id(unit), roles or ("unit_officer",))
    return town.desk.run(inbox.mark_read, reader, ids, at=town.desk.at)


def ids(town: Town, unit: str, *roles: str) -> list[int]:
    reader = Reader(town.desk.unit_id(unit), roles or ("unit_officer",))
    return [row.Notice.notice_id for row in town.desk.run(inbox.unread, reader, limit=50)]


def test_head_sees_what_is_the_heads_and_what_is_everybodys(late: Town) -> None:
    officer, head = lines(late, "110001", "unit_officer"), lines(late, "110001", "unit_head")
    assert officer.count("ladder.reached") == 2, "a half and a quarter left"
    assert head.count("ladder.reached") == 3, "and expiry"
    assert officer.count("card.issued") == head.count("card.issued") == 2
    assert lines(late, "110", "district_supervisor").count("ladder.reached") == 1
    assert lines(late, "120001", "unit_officer") == []


def test_line_is_read_once_by_those_it_is_for_and_by_nobody_else(late: Town) -> None:
    mine, heads = ids(late, "110001"), ids(late, "110001", "unit_head")
    only_heads = sorted(set(heads) - set(mine))
    assert read(late, "120001", heads) == 0
    assert read(late, "110001", only_heads) == 0
    assert read(late, "110001", mine[:2]) == 2
    assert read(late, "110001", mine[:2]) == 0
    assert ids(late, "110001") == mine[2:]
    assert read(late, "110001", only_heads, "unit_head") == 1


def test_every_kind_of_line_has_its_words() -> None:
    kinds = {event for event, listeners in LISTENERS.items() if {INBOX, LADDER} & set(listeners)}
    assert kinds | {"ticket.copied", UNREAD} == set(KINDS)
