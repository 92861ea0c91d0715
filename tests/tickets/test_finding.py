"""A ticket by its number: one question where nothing has changed, and never by a picture of the units that has passed."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dispatch.directory.services import import_units
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person
from dispatch.tickets.finding import lock_visible, visible
from dispatch.tickets.idempotency import Answer, once
from tests.tickets.test_locks import is_locked
from tests.town import TOWN, Desk, town_rows

MOVED = tuple((code, name, kind, "120" if code == "110001" else parent) for code, name, kind, parent in TOWN)


def officer(desk: Desk, unit: str) -> Person:
    return Person(1, "p", "甲", frozenset({"unit_officer"}), frozenset(), desk.unit_id(unit), unit)


def sees(desk: Desk, ticket_no: str, unit: str) -> bool:
    who = officer(desk, unit)
    with Session(desk.engine) as session:
        try:
            return visible(session, ticket_no, person=who, at=desk.at).ticket_no == ticket_no
        except NotFound:
            return False


def test_ticket_is_found_by_one_question_when_nothing_has_changed(desk: Desk) -> None:
    number, who = desk.accept().ticket_no, officer(desk, "110001")
    with Session(desk.engine) as session:
        statements: list[str] = []
        event.listen(desk.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        found = lock_visible(session, number, person=who, at=desk.at)
        assert reference(session, desk.at).by_id[who.unit_id or 0].code == "110001"
        assert len(statements) == 1
        assert is_locked(desk, found.ticket_id)


@pytest.mark.parametrize(("unit", "is_theirs"), [("110001", True), ("110", True), ("100000", True), ("120", False)])
def test_ticket_is_found_by_those_whose_it_is(desk: Desk, unit: str, is_theirs: bool) -> None:
    assert sees(desk, desk.accept().ticket_no, unit) is is_theirs


def test_change_of_the_units_counts_at_once_when_another_process_made_it(desk: Desk) -> None:
    number = desk.accept().ticket_no
    west, street = officer(desk, "120"), officer(desk, "110001")
    desk.run(import_units, town_rows(MOVED), at=desk.at)  # this process keeps its picture until it asks
    with Session(desk.engine) as session:
        assert visible(session, number, person=west, at=desk.at).ticket_no == number
        assert reference(session, desk.at).by_code["110001"].parent_id == west.unit_id
    desk.run(import_units, town_rows(), at=desk.later(hours=1).at)
    with Session(desk.engine) as session:
        assert visible(session, number, person=street, at=desk.at).ticket_no == number
        assert reference(session, desk.at).by_code["110001"].parent_id != west.unit_id


def test_intake_decides_by_the_units_as_they_are_when_another_process_changed_them(desk: Desk) -> None:
    def parent_seen(key: str) -> int | None:
        with Session(desk.engine) as session:
            found: list[int | None] = []

            def act() -> Answer:
                found.append(reference(session, desk.at).by_code["110001"].parent_id)
                return Answer(201, "{}")

            once(session, key, scope="test", secret="s", payload=b"{}", at=desk.at, act=act)
            return found[0]

    assert parent_seen("first") == desk.unit_id("110")
    desk.run(import_units, town_rows(MOVED), at=desk.at)  # this process keeps its picture until it asks
    assert parent_seen("second") == desk.unit_id("120")
