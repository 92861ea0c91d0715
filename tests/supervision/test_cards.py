"""撤牌: a supervisor takes a card back, with a reason; it stays on record, and the sweep does not issue it again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.supervision import cards
from dispatch.tickets.models import Card
from tests.town import Desk


@pytest.fixture
def late(desk: Desk) -> int:
    """A ticket whose unit let the limit pass: a yellow and a red card."""
    ticket_id = desk.accept().ticket_id
    desk.later(days=8).sweep()
    return ticket_id


def withdraw(desk: Desk, ticket_id: int, **changes: Any) -> Card:
    asked: dict[str, Any] = {"colour": "red", "unit_code": None, "reason": "系统故障期间", "units": None}
    asked |= {"own_unit_id": None, "actor": "account:8", "at": desk.at} | changes
    found: Card = desk.run(cards.withdraw, ticket_id, reference=desk.reference, **asked)
    return found


def standing(desk: Desk, ticket_id: int) -> list[tuple[str, bool]]:
    rows = desk.run(lambda session: session.scalars(select(Card).where(Card.ticket_id == ticket_id)).all())
    return sorted((row.colour, row.withdrawn_at is None) for row in rows)


def test_card_is_taken_back_with_an_event_and_kept(desk: Desk, late: int) -> None:
    withdraw(desk, late)
    assert standing(desk, late) == [("red", False), ("yellow", True)]
    assert desk.event_types(late)[-1] == "card.withdrawn"


def test_sweep_does_not_issue_a_withdrawn_card_again(desk: Desk, late: int) -> None:
    withdraw(desk, late)
    desk.later(days=1).sweep()
    assert desk.event_types(late).count("card.issued") == 2
    assert standing(desk, late) == [("red", False), ("yellow", True)]


def test_second_try_is_refused_when_the_card_is_taken_back_already(desk: Desk, late: int) -> None:
    withdraw(desk, late)
    with pytest.raises(Conflict) as refused:
        withdraw(desk, late)
    assert refused.value.code == "card.none_in_force"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_reason_has_to_be_given(desk: Desk, late: int, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        withdraw(desk, late, reason=reason)
    assert refused.value.code == "card.reason_missing"
    assert standing(desk, late) == [("red", True), ("yellow", True)]


def test_district_takes_back_what_is_below_it_and_nothing_else(desk: Desk, late: int) -> None:
    below = frozenset(unit.unit_id for unit in desk.reference.by_code.values() if unit.code.startswith("110"))
    for units, own in (
        (frozenset({desk.unit_id("120001")}), desk.unit_id("120")),
        (below, desk.unit_id("110001")),  # nobody takes back their own card
    ):
        with pytest.raises(Forbidden):
            withdraw(desk, late, units=units, own_unit_id=own)
    withdraw(desk, late, units=below, own_unit_id=desk.unit_id("110"))


@pytest.mark.parametrize("unit", ["110002", "no-such-unit"])
def test_unit_without_such_a_card_is_named_as_the_mistake(desk: Desk, late: int, unit: str) -> None:
    with pytest.raises(Conflict):
        withdraw(desk, late, unit_code=unit)
