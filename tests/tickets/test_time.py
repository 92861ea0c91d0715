"""Extension, suspension and waiting by rules.md §1–3: what moves a due instant, what does not, and who says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.limits.cards import yellow_at
from dispatch.limits.policy import shipped_policy
from dispatch.limits.rules import Limit, due_at
from dispatch.tickets import clock, extending, queries, suspending
from dispatch.tickets.clock_models import Extension, Suspension
from dispatch.tickets.models import Assignment, Card, Ticket
from tests.town import MONDAY, Desk

WEEK = timedelta(days=7)


def ask(desk: Desk, ticket_id: int, amount: str = "3nd", unit: str = "110001") -> Extension:
    found: Extension = desk.run(
        extending.ask_extension,
        ticket_id,
        unit_id=desk.unit_id(unit),
        amount=amount,
        reason="等待配件",
        reference=desk.reference,
        actor="account:2",
        at=desk.at,
    )
    return found


def decide(desk: Desk, ticket_id: int, is_granted: bool = True, unit: str | None = None) -> Extension:
    found: Extension = desk.run(
        extending.decide_extension,
        ticket_id,
        is_granted=is_granted,
        reason="情况属实",
        unit_id=desk.unit_id(unit) if unit else None,
        reference=desk.reference,
        actor="account:7",
        at=desk.at,
    )
    return found


def suspend(desk: Desk, ticket_id: int, until: date) -> None:
    values: dict[str, Any] = {"reference": desk.reference, "at": desk.at}
    unit_id = desk.unit_id("110001")
    desk.run(
        suspending.ask_suspension,
        ticket_id,
        unit_id=unit_id,
        measures="列入改造计划",
        until=until,
        actor="account:2",
        **values,
    )
    desk.run(
        suspending.decide_suspension,
        ticket_id,
        is_approved=True,
        reason="同意",
        unit_id=desk.unit_id("110"),
        actor="account:7",
        **values,
    )


def review(desk: Desk, ticket_id: int, until: date | None) -> None:
    desk.run(
        suspending.review_suspension,
        ticket_id,
        until=until,
        reason="已核",
        unit_id=None,
        reference=desk.reference,
        actor="account:7",
        at=desk.at,
    )


def lead_of(desk: Desk, ticket_id: int, number: int = 1) -> Assignment:
    found: Assignment = desk.run(lambda session: session.get_one(Assignment, (ticket_id, number)))
    return found


def test_move_both_clocks_and_take_the_card_back_when_an_extension_is_granted(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    desk.later(days=6, hours=12).sweep()  # the yellow card came at six days
    ask(desk, ticket_id)
    decide(desk, ticket_id)
    ticket, lead = desk.ticket(ticket_id), lead_of(desk, ticket_id)
    assert ticket.due_at == lead.due_at == MONDAY + WEEK + timedelta(days=3)
    cards = desk.run(lambda session: session.scalars(select(Card).where(Card.ticket_id == ticket_id)).all())
    assert [(card.colour, card.withdrawn_at) for card in cards] == [("yellow", desk.at)]
    desk.at = MONDAY + WEEK + timedelta(days=2)
    desk.sweep()
    again = desk.run(lambda session: session.scalars(select(Card).where(Card.withdrawn_at.is_(None))).all())
    assert [(card.colour, card.should_at) for card in again] == [("yellow", MONDAY + WEEK + timedelta(days=2))]


def test_refuse_a_decision_when_the_due_instant_has_passed_by_a_microsecond(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id)
    desk.at = MONDAY + WEEK + timedelta(microseconds=1)
    with pytest.raises(Conflict, match=r"extension\.too_late"):
        decide(desk, ticket_id)
    desk.sweep()
    asked = desk.run(lambda session: session.get_one(Extension, (ticket_id, 1)))
    assert asked.state == "lapsed"
    assert "extension.refused" in desk.event_types(ticket_id)
    with pytest.raises(Conflict, match=r"extension\.none_open"):
        decide(desk, ticket_id)


def test_grant_at_the_due_instant_itself_when_decided_then(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.at = MONDAY + WEEK
    ask(desk, ticket_id)
    assert decide(desk, ticket_id).state == "granted"


@pytest.mark.parametrize(
    ("amount", "code"),
    [("8nd", "too_long"), ("5wd", "other_unit"), ("0nd", "unreadable|amount_not_positive"), ("lots", "unreadable")],
)
def test_refuse_an_extension_when_it_is_beyond_the_cap(desk: Desk, amount: str, code: str) -> None:
    ticket_id = desk.accept().ticket_id
    with pytest.raises(DomainError, match=code):
        ask(desk, ticket_id, amount)


def test_refuse_a_second_extension_when_one_is_all_the_policy_allows(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id)
    with pytest.raises(Conflict, match=r"extension\.already_asked"):
        ask(desk, ticket_id)
    decide(desk, ticket_id)
    with pytest.raises(Conflict, match=r"extension\.too_many"):
        ask(desk, ticket_id)


def test_let_a_district_decide_for_its_street_but_not_a_unit_for_itself(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id)
    with pytest.raises(Forbidden, match=r"extension\.not_approver"):
        decide(desk, ticket_id, unit="110001")
    assert decide(desk, ticket_id, unit="110").state == "granted"


def test_leave_the_new_leads_limit_alone_when_the_extension_was_the_old_leads(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id)
    decide(desk, ticket_id)
    desk.later(hours=1).dispute(ticket_id)
    desk.rule(ticket_id, "upheld", "110002")
    assert lead_of(desk, ticket_id, 3).due_at == desk.at + WEEK
    assert desk.ticket(ticket_id).due_at == MONDAY + WEEK + timedelta(days=3)


def test_stand_still_until_the_end_of_the_day_and_follow_up_later_when_suspended(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    desk.later(days=2)
    suspend(desk, ticket_id, date(2026, 11, 20))
    ends = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 24:00 in Beijing
    ticket = desk.ticket(ticket_id)
    assert ticket.state == "suspended"
    assert ticket.due_at == MONDAY + WEEK + (ends - desk.at)
    desk.at = MONDAY + WEEK + timedelta(hours=1)  # past the old due instant
    desk.sweep()
    assert desk.run(lambda session: session.scalars(select(FollowUp)).all()) == []
    desk.at = ends
    desk.sweep()
    ticket = desk.ticket(ticket_id)
    assert (ticket.state, ticket.due_at) == ("acknowledged", ends + timedelta(days=5))
    assert desk.event_types(ticket_id)[-1] == "suspension.ended"


def test_follow_the_dates_of_two_reviews_when_the_second_ends_it_early(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    began = desk.later(days=1).at
    suspend(desk, ticket_id, date(2026, 11, 10))
    desk.later(days=5)
    review(desk, ticket_id, date(2026, 12, 1))
    assert desk.ticket(ticket_id).due_at == MONDAY + WEEK + (datetime(2026, 12, 1, 16, tzinfo=UTC) - began)
    desk.later(days=3)
    review(desk, ticket_id, None)
    assert desk.ticket(ticket_id).due_at == MONDAY + WEEK + (desk.at - began)
    standing = desk.run(lambda session: session.get_one(Suspension, (ticket_id, 1)))
    assert (standing.state, standing.review_count, standing.ended_at) == ("ended", 2, desk.at)


@pytest.mark.parametrize("until", [date(2026, 11, 2), date(2026, 11, 1), date(2028, 1, 1)])
def test_refuse_a_suspension_when_its_date_is_today_past_or_too_far(desk: Desk, until: date) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    with pytest.raises(DomainError, match=r"suspension\.date_out_of_range"):
        suspend(desk, ticket_id, until)


def test_refuse_completion_and_dispute_when_suspended(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    suspend(desk, ticket_id, date(2026, 11, 20))
    with pytest.raises(Conflict, match=r"ticket\.illegal_move"):
        desk.complete(ticket_id)
    with pytest.raises(Conflict, match=r"dispute\.suspended"):
        desk.dispute(ticket_id)


def test_agree_with_the_engine_when_extension_and_pause_come_together(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    began = desk.later(days=1).at
    suspend(desk, ticket_id, date(2026, 11, 5))
    desk.at = datetime(2026, 11, 5, 16, 0, tzinfo=UTC)
    desk.sweep()
    ask(desk, ticket_id, "2nd")
    decide(desk, ticket_id)
    limit, calendar = Limit.parse("7nd"), desk.reference.calendar
    want = due_at(MONDAY, limit, calendar, [Limit.parse("2nd")], [(began, datetime(2026, 11, 5, 16, tzinfo=UTC))])
    lead = lead_of(desk, ticket_id)
    assert (lead.due_at, lead.yellow_at) == (
        want.at,
        yellow_at(MONDAY, limit, want.at, calendar, shipped_policy().cards),
    )


def test_let_requests_lapse_and_the_clock_run_when_the_ticket_is_completed(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    ask(desk, ticket_id)

    def wait(session: Any) -> None:
        ticket = queries.lock_ticket(session, ticket_id)
        until = desk.at + timedelta(days=2)
        clock.pause(
            session, ticket, reason="citizen", until=until, reference=desk.reference, actor="account:2", at=desk.at
        )

    desk.run(wait)
    assert desk.ticket(ticket_id).due_at == MONDAY + WEEK + timedelta(days=2)
    desk.later(days=1).complete(ticket_id)
    assert desk.ticket(ticket_id).due_at == MONDAY + WEEK + timedelta(days=1)
    assert desk.run(lambda session: session.get_one(Extension, (ticket_id, 1))).state == "lapsed"
    assert desk.run(lambda session: clock.running(session, session.get_one(Ticket, ticket_id))) is None
