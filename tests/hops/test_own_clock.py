"""A support's clock is its own (rules.md §2, docs/adr/0010): what moves the lead's due instant leaves it where it was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from dispatch.hops import services as hops
from dispatch.outcomes import supplements
from dispatch.tickets import extending, suspending
from dispatch.tickets.models import Assignment
from tests.town import Desk

Clock = tuple[datetime | None, datetime | None, datetime | None]


def known(desk: Desk) -> dict[str, Any]:
    return {"reference": desk.reference, "actor": "account:2", "at": desk.at}


def extend(desk: Desk, ticket_id: int) -> None:
    own = {"unit_id": desk.unit_id("110001"), "amount": "3nd", "reason": "需要施工"}
    desk.run(extending.ask_extension, ticket_id, **own, **known(desk))
    desk.run(extending.decide_extension, ticket_id, is_granted=True, reason="可", unit_id=None, **known(desk))


def suspend(desk: Desk, ticket_id: int) -> None:
    own = {"unit_id": desk.unit_id("110001"), "measures": "列入计划", "until": date(2026, 11, 20)}
    desk.run(suspending.ask_suspension, ticket_id, **own, **known(desk))
    desk.run(suspending.decide_suspension, ticket_id, is_approved=True, reason="可", unit_id=None, **known(desk))


def wait(desk: Desk, ticket_id: int) -> None:
    own = {"facts": ["time"], "question": "何时", "means": "phone", "unit_id": desk.unit_id("110001")}
    desk.run(supplements.ask, ticket_id, **own, **known(desk))


def clock_of(desk: Desk, ticket_id: int, number: int) -> Clock:
    part: Assignment = desk.run(lambda session: session.get_one(Assignment, (ticket_id, number)))
    return part.due_at, part.yellow_at, part.next_at


@pytest.mark.parametrize("move", [extend, suspend, wait])
def test_support_is_due_as_before_when_the_leads_clock_moves(desk: Desk, move: Any) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    asked = desk.run(hops.ask_support, ticket_id, unit_code="E-01", task="检修", **known(desk))
    support, lead = clock_of(desk, ticket_id, asked.number), clock_of(desk, ticket_id, 1)
    move(desk, ticket_id)
    assert clock_of(desk, ticket_id, asked.number) == support
    after = clock_of(desk, ticket_id, 1)
    assert after[0] is not None
    assert lead[0] is not None
    assert after[0] > lead[0]


def test_support_gets_its_card_when_late_although_the_ticket_is_suspended(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    asked = desk.run(hops.ask_support, ticket_id, unit_code="E-01", task="检修", **known(desk))
    suspend(desk, ticket_id)
    due_at = clock_of(desk, ticket_id, asked.number)[0]
    assert due_at is not None
    desk.at = due_at
    desk.later(seconds=1).sweep()
    cards = [event.data for event in desk.events(ticket_id) if event.type == "card.issued"]
    assert {(card["assignment"], card["colour"]) for card in cards} >= {(asked.number, "red")}
    assert {card["assignment"] for card in cards} == {asked.number}
