"""Whose tickets a person sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dispatch.access import scope
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person
from tests.access.conftest import START

BEGINNING, END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
TREE = {
    "city": None,
    "east": "city",
    "west": "city",
    "street": "east",
    "block": "street",
    "office": "east",
    "far": "west",
}


@pytest.fixture
def units(app) -> dict[str, int]:
    """A small city: two districts, a street with a block, an office, and a street in the other district."""
    ids: dict[str, int] = {}
    with app.app_context(), transaction() as session:
        for code, parent in TREE.items():
            unit_id = session.scalar(
                text("INSERT INTO unit (code, kind) VALUES (:c, 'township') RETURNING unit_id"), {"c": code}
            )
            ids[code] = int(unit_id)
            add_version(session, ids[code], ids.get(parent or ""), BEGINNING, END)
    return ids


def add_version(session, unit_id: int, parent_id: int | None, valid_from: datetime, valid_to: datetime) -> None:
    session.execute(
        text("INSERT INTO unit_version (unit_id, valid_from, valid_to, name, parent_id) VALUES (:u, :f, :t, 'x', :p)"),
        {"u": unit_id, "f": valid_from, "t": valid_to, "p": parent_id},
    )


def person(unit_id: int | None, *roles: str) -> Person:
    return Person(1, "p", "甲", frozenset(roles), frozenset(), unit_id, None)


def sees(app, units: dict[str, int], who: Person) -> set[str] | None:
    with app.app_context(), transaction() as session:
        found = scope.unit_ids_in_scope(session, who, at=START)
    return None if found is None else {code for code, unit_id in units.items() if unit_id in found}


@pytest.mark.parametrize(
    ("unit", "seen"),
    [
        ("block", {"block"}),
        ("street", {"street", "block"}),
        ("east", {"east", "street", "block", "office"}),
        ("city", set(TREE)),
    ],
)
def test_scope_is_the_unit_and_those_below_when_it_belongs_to_one(app, units, unit: str, seen: set[str]) -> None:
    assert sees(app, units, person(units[unit], "unit_officer")) == seen


def test_scope_is_everything_when_the_person_is_the_hotlines_own(app, units) -> None:
    assert sees(app, units, person(None, "operator")) is None


@pytest.mark.parametrize("role", ["unit_officer", "unit_head", "district_supervisor"])
def test_scope_is_nothing_when_a_units_role_has_no_unit(app, units, role: str) -> None:
    assert sees(app, units, person(None, role)) == set()


def test_scope_follows_the_tree_as_it_stands_when_a_unit_moved(app, units) -> None:
    with app.app_context(), transaction() as session:
        moved = START - timedelta(days=1)
        session.execute(
            text("UPDATE unit_version SET valid_to = :at WHERE unit_id = :u"), {"at": moved, "u": units["office"]}
        )
        add_version(session, units["office"], units["west"], moved, END)
    assert "office" not in (sees(app, units, person(units["east"], "district_supervisor")) or set())
    assert "office" in (sees(app, units, person(units["west"], "district_supervisor")) or set())


def add_ticket(app, ticket_id: int, **columns: int) -> None:
    names = "".join(f", {name}" for name in columns)
    values = "".join(f", :{name}" for name in columns)
    with app.app_context(), transaction() as session:
        session.execute(
            text(
                "INSERT INTO ticket (ticket_id, ticket_no, kind, urgency, state, is_imported, is_excluded, is_confidential, round,"
                " assignment_count, received_at, is_due_provisional, returns, redos, changed_at, event_count, head, sealed_count"
                f"{names}) VALUES (:id, :id, 'help', 'ordinary', 'dispatched', false, false, false, 1, 1, :at, false, 0, 0, :at, 0,"
                f" '', 0{values})"
            ),
            {"id": ticket_id, "at": START, **columns},
        )


def add_assignment(app, ticket_id: int, number: int, unit_id: int, role: str, state: str) -> None:
    with app.app_context(), transaction() as session:
        session.execute(
            text(
                "INSERT INTO assignment (ticket_id, number, round, role, unit_id, state, sent_at, is_due_provisional, is_designated)"
                " VALUES (:t, :n, 1, :role, :u, :state, :at, false, false)"
            ),
            {"t": ticket_id, "n": number, "u": unit_id, "role": role, "state": state, "at": START},
        )


def may_open(app, who: Person, ticket_id: int) -> bool:
    with app.app_context(), transaction() as session:
        try:
            scope.require_ticket_in_scope(session, who, ticket_id, at=START)
        except NotFound:
            return False
    return True


def test_ticket_opens_only_for_units_concerned_when_asked_for(app, units) -> None:
    add_ticket(app, 1, unit_id=units["street"], district_id=units["east"])
    add_assignment(app, 1, 1, units["far"], "lead", "withdrawn")
    add_assignment(app, 1, 2, units["street"], "lead", "sent")
    add_assignment(app, 1, 3, units["office"], "support", "sent")
    opened = {unit for unit in TREE if may_open(app, person(units[unit], "unit_officer"), 1)}
    assert opened == {"city", "east", "street", "office"}
    assert may_open(app, person(None, "operator"), 1)
    assert not may_open(app, person(None, "unit_officer"), 1)


def test_ticket_opens_for_the_charged_unit_when_another_leads_now(app, units) -> None:
    add_ticket(app, 1, unit_id=units["far"], district_id=units["west"], charged_unit_id=units["street"])
    assert may_open(app, person(units["street"], "unit_officer"), 1)
    assert not may_open(app, person(units["office"], "unit_officer"), 1)


def test_history_opens_for_its_unit_and_district_when_it_has_no_assignments(app, units) -> None:
    add_ticket(app, 1, unit_id=units["block"], district_id=units["east"])
    assert {unit for unit in TREE if may_open(app, person(units[unit], "unit_head"), 1)} == {
        "city",
        "east",
        "street",
        "block",
    }


def test_missing_ticket_looks_like_a_foreign_one_when_asked_for(app, units) -> None:
    add_ticket(app, 1, unit_id=units["far"])
    for ticket_id in (1, 99):
        with app.app_context(), pytest.raises(NotFound) as refused, transaction() as session:
            scope.require_ticket_in_scope(session, person(units["street"], "unit_head"), ticket_id, at=START)
        assert (refused.value.status, refused.value.code) == (404, "ticket.unknown")
