"""Urging and supervision orders: who may, by when, and the table of states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.supervision import orders, services
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OPEN, ORDER_MOVES, ORDER_WORDS, OrderState, require_order_move
from tests.town import Desk

CITY = {"units": None, "issuing_unit_id": None}


@pytest.fixture
def held(desk: Desk) -> int:
    """A ticket that its unit has signed for."""
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).acknowledge(ticket_id)
    return ticket_id


def of_district(desk: Desk, code: str = "110") -> dict[str, Any]:
    below = [unit.unit_id for unit in desk.reference.by_code.values() if unit.code.startswith(code)]
    return {"units": frozenset(below), "issuing_unit_id": desk.unit_id(code)}


def issue(desk: Desk, ticket_id: int, by: dict[str, Any] | None = None, ground: str = "overdue") -> SupervisionOrder:
    found: SupervisionOrder = desk.run(
        services.issue,
        ticket_id,
        ground=ground,
        words="请说明进展",
        reference=desk.reference,
        actor="account:8",
        at=desk.at,
        **(by or CITY),
    )
    return found


def answer(desk: Desk, ticket_id: int, unit: str = "110001") -> SupervisionOrder:
    units = frozenset({desk.unit_id(unit)})
    found: SupervisionOrder = desk.run(
        services.answer,
        ticket_id,
        words="今日清运",
        units=units,
        reference=desk.reference,
        actor="account:2",
        at=desk.at,
    )
    return found


def review(desk: Desk, ticket_id: int, decision: str, units: frozenset[int] | None = None) -> SupervisionOrder:
    found: SupervisionOrder = desk.run(
        services.review,
        ticket_id,
        decision=decision,
        words="请补充照片",
        units=units,
        reference=desk.reference,
        actor="account:8",
        at=desk.at,
    )
    return found


def test_urge_is_counted_and_told_to_the_lead_when_the_ticket_is_in_hand(desk: Desk, held: int) -> None:
    for count in (1, 2):
        ticket = desk.run(services.urge, held, words="请尽快", reference=desk.reference, actor="account:1", at=desk.at)
        assert ticket.urges == count
    event = desk.events(held)[-1]
    assert (event.type, event.unit_code, event.data["count"]) == ("ticket.urged", "110001", 2)
    assert "请尽快" not in str(event.data)


def test_urge_is_refused_when_nobody_has_it_in_hand(desk: Desk, held: int) -> None:
    desk.complete(held)
    with pytest.raises(Conflict, match=r"ticket\.nothing_to_urge"):
        desk.run(services.urge, held, words="", reference=desk.reference, actor="account:1", at=desk.at)


def test_order_runs_to_its_end_when_answered_returned_answered_and_accepted(desk: Desk, held: int) -> None:
    order = issue(desk, held)
    assert (order.unit_id, order.state, order.due_at > desk.at) == (desk.unit_id("110001"), "issued", True)
    desk.later(days=1)
    assert answer(desk, held).state == "answered"
    returned = review(desk, held, "returned")
    assert (returned.state, returned.returns) == ("returned", 1)
    assert returned.due_at > order.due_at, "a full limit to answer anew"
    assert answer(desk, held).state == "answered"
    assert review(desk, held, "accepted").ended_at == desk.at
    assert desk.run(orders.open_order, held) is None
    assert issue(desk, held).number == 2


def test_second_order_is_refused_when_one_is_open(desk: Desk, held: int) -> None:
    issue(desk, held)
    with pytest.raises(Conflict, match=r"order\.already_open"):
        issue(desk, held)


def test_district_may_order_its_own_units_only_when_the_lead_is_below_it(desk: Desk, held: int) -> None:
    with pytest.raises(Forbidden, match=r"order\.outside_scope"):
        issue(desk, held, of_district(desk, "120"))
    issue(desk, held, of_district(desk))


def test_order_of_the_city_is_reviewed_by_the_city_only(desk: Desk, held: int) -> None:
    issue(desk, held)
    answer(desk, held)
    district = of_district(desk)["units"]
    with pytest.raises(Forbidden, match=r"order\.not_issued_by_you"):
        review(desk, held, "accepted", district)
    assert review(desk, held, "accepted").state == "accepted"


def test_order_is_answered_by_the_unit_it_was_issued_to_only(desk: Desk, held: int) -> None:
    issue(desk, held)
    with pytest.raises(Forbidden, match=r"order\.not_yours"):
        answer(desk, held, "110002")


def test_people_may_not_claim_an_escalation_when_they_issue(desk: Desk, held: int) -> None:
    with pytest.raises(DomainError, match=r"order\.unknown_ground"):
        issue(desk, held, ground="third_redo")


def test_overdue_orders_are_counted_when_the_answer_is_late(desk: Desk, held: int) -> None:
    order = issue(desk, held)
    at = order.due_at + timedelta(seconds=1)
    assert desk.run(orders.overdue_count, None, at=order.due_at) == 0
    assert desk.run(orders.overdue_count, None, at=at) == 1
    assert [row.SupervisionOrder.number for row in desk.run(orders.open_orders, None)] == [1]
    assert desk.run(orders.open_orders, frozenset({desk.unit_id("120001")})) == []
    desk.at = at
    answer(desk, held)
    assert desk.events(held)[-1].data["late"] is True
    assert desk.run(orders.overdue_count, None, at=at) == 0


def test_table_of_orders_reaches_every_state_and_refuses_every_other_move() -> None:
    reached = {OrderState.ISSUED} | {after for _before, after in ORDER_MOVES}
    assert reached == set(OrderState) == set(ORDER_WORDS)
    ends = {OrderState.ACCEPTED, OrderState.CANCELLED}
    assert {before for before, after in ORDER_MOVES if after in ends} == set(OPEN)
    assert {before for before, _after in ORDER_MOVES} - set(OPEN) == {OrderState.CANCELLED}, "undone with its merge"
    for before in OrderState:
        for after in OrderState:
            if (before, after) not in ORDER_MOVES:
                with pytest.raises(Conflict, match=r"order\.illegal_move"):
                    require_order_move(before, after)
