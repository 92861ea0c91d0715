"""What changed on a desk since a snapshot: nothing is lost, however late a transaction commits."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.tickets.changes import Changes, changes, read_cursor
from tests.quiet import wait_for_older
from tests.town import Desk


def since(desk: Desk, cursor: str | None, unit: str = "110001") -> Changes:
    found: Changes = desk.run(changes, [desk.unit_id(unit)], cursor)
    return found


def since_quiet(desk: Desk, cursor: str | None, unit: str = "110001", *, but: int | None = None) -> Changes:
    """The same while nothing else is under way ``but`` this transaction: only then is each change told once."""
    wait_for_older(desk.engine, but=but)
    return since(desk, cursor, unit)


def test_lose_none_when_it_commits_late_and_tell_each_once_when_nothing_is_under_way(desk: Desk) -> None:
    begin, elsewhere = since_quiet(desk, None), since_quiet(desk, None, unit="120001")
    assert begin.items is None
    assert since_quiet(desk, begin.cursor).is_nothing
    late = Session(desk.engine)
    ticket = desk.accept(title="第一件").ticket_id
    touch = text("UPDATE assignment SET yellow_at = now() WHERE ticket_id = :id AND role = 'lead'")
    late.execute(text("UPDATE account SET name = name"))
    number = late.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
    with late.begin_nested():  # as a batch and a sweep write: under a number that no snapshot lists
        late.execute(touch, {"id": ticket})
    other = desk.accept(title="第二件")
    seen = since_quiet(desk, begin.cursor, but=number)
    assert [one.ticket_no for one in seen.items or ()] == [other.ticket_no, desk.accepted[0].ticket_no]
    again = since_quiet(desk, seen.cursor, but=number)
    assert [one.ticket_no for one in again.items or ()] == [other.ticket_no], "told twice while another is under way"
    late.commit()
    late.close()
    after = since_quiet(desk, again.cursor)
    assert desk.accepted[0].ticket_no in [one.ticket_no for one in after.items or ()]
    assert since_quiet(desk, after.cursor).is_nothing
    assert since_quiet(desk, elsewhere.cursor, unit="120001").is_nothing
    desk.acknowledge(ticket)
    signed = since_quiet(desk, after.cursor)
    assert [one.state for one in signed.items or ()] == ["acknowledged"]
    desk.complete(ticket)
    left = since_quiet(desk, signed.cursor)
    assert (left.items, left.has_left) == ([], True)
    assert since_quiet(desk, left.cursor).is_nothing


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "3:5:",
        "5:3:~0",
        "3:5:7~0",
        "3:9:5,4~0",
        "0:0:~0",
        "1:2:3:4~0",
        "9" * 30 + ":1:~0",
        "3:5:" + "4," * 3000,
    ],
)
def test_take_no_cursor_that_postgresql_would_refuse(cursor: str) -> None:
    assert read_cursor(cursor) is None


def test_look_at_everything_when_the_cursor_is_of_another_time(desk: Desk) -> None:
    assert since(desk, "999999999999:999999999999:~0").items is None
