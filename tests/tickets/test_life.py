"""The plain life of a ticket: dispatched at once, acknowledged, contacted, completed, followed up, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dispatch.access.contact import contact_reporter, looks_at, masked_reporter, tickets_of_phone
from dispatch.access.vault import Reporter
from dispatch.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from dispatch.tickets.models import Assignment, Card
from tests.town import MONDAY, Desk


def assignments_of(desk: Desk, ticket_id: int) -> list[Assignment]:
    query = select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.number)
    return desk.run(lambda session: list(session.scalars(query)))


def test_accept_dispatches_at_once_with_a_limit_and_a_copy_to_the_district(desk: Desk) -> None:
    accepted = desk.accept()
    lead, copy = assignments_of(desk, accepted.ticket_id)
    assert accepted.state == "dispatched"
    assert (lead.role, lead.unit_id, lead.sent_at) == ("lead", desk.unit_id("110001"), MONDAY)
    assert (copy.role, copy.unit_id, copy.sent_at) == ("copy", desk.unit_id("110"), MONDAY)
    assert lead.due_at == accepted.due_at == MONDAY + timedelta(days=7)
    assert desk.event_types(accepted.ticket_id) == ["ticket.received", "ticket.dispatched"]


def test_accept_sends_heat_failure_to_the_heating_company_within_two_hours(desk: Desk) -> None:
    accepted = desk.accept(title="柳荫街道整栋楼停暖", text="供暖中断,暖气全停")
    assert accepted.decision.unit_code == "E-01"
    assert accepted.due_at == MONDAY + timedelta(hours=2)
    assert [row.role for row in assignments_of(desk, accepted.ticket_id)] == [
        "lead"
    ]  # a city enterprise has no district


def test_accept_waits_for_a_person_when_the_place_is_unknown(desk: Desk) -> None:
    accepted = desk.accept(title="楼下垃圾没人清运", text="堆积三天了")
    assert (accepted.state, accepted.due_at) == ("awaiting_dispatch", None)
    desk.later(minutes=10).dispatch(accepted.ticket_id, "110002")
    ticket = desk.ticket(accepted.ticket_id)
    assert (ticket.state, ticket.dispatched_at) == ("dispatched", desk.at)
    assert ticket.due_at == desk.at + timedelta(days=7), "the clock starts at dispatch"


def test_accept_refuses_a_unit_that_does_not_exist_and_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(DomainError, match=r"unit\.unknown"):
        desk.accept(unit_code="999")
    assert desk.run(lambda session: session.scalar(text("SELECT count(*) FROM ticket"))) == 0


def test_dispatch_refuses_a_community_as_lead(desk: Desk) -> None:
    accepted = desk.accept(title="楼下垃圾没人清运", text="堆积三天了")
    with pytest.raises(DomainError, match=r"unit\.cannot_lead"):
        desk.dispatch(accepted.ticket_id, "110001001")


def test_ticket_closes_when_completed_and_followed_up(desk: Desk) -> None:
    accepted = desk.accept()
    desk.later(hours=1).acknowledge(accepted.ticket_id)
    desk.later(hours=1).contact(accepted.ticket_id)
    desk.later(days=1).complete(accepted.ticket_id)
    assert desk.ticket(accepted.ticket_id).state == "completed"
    desk.later(days=7).sweep()
    desk.later(hours=1).attempt(accepted.ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    assert desk.ticket(accepted.ticket_id).state == "closed"
    assert desk.event_types(accepted.ticket_id) == [
        "ticket.received",
        "ticket.dispatched",
        "assignment.acknowledged",
        "assignment.first_contacted",
        "assignment.completed",
        "follow_up.opened",
        "follow_up.attempted",
        "ticket.closed",
    ]


def test_follow_up_opens_at_expiry_though_nobody_acknowledged(desk: Desk) -> None:
    accepted = desk.accept()
    desk.later(days=7, seconds=1).sweep()
    ticket = desk.ticket(accepted.ticket_id)
    assert (ticket.state, ticket.follow_up_opened_at) == ("dispatched", desk.at)
    assert ticket.charged_unit_id == desk.unit_id("110001")


def test_follow_up_waits_for_the_due_instant_though_completed_early(desk: Desk) -> None:
    accepted = desk.accept()
    desk.acknowledge(accepted.ticket_id)
    desk.complete(accepted.ticket_id)
    desk.later(days=6).sweep()
    with pytest.raises(NotFound, match=r"follow_up\.unknown"):
        desk.attempt(accepted.ticket_id)


def test_ticket_closes_at_completion_when_the_follow_up_ended_before(desk: Desk) -> None:
    accepted = desk.accept()
    desk.later(days=7, seconds=1).sweep()
    desk.attempt(accepted.ticket_id, contacted=False, solved="no", satisfaction="dissatisfied")
    desk.acknowledge(accepted.ticket_id)
    assert desk.complete(accepted.ticket_id).state == "closed"


@pytest.mark.parametrize(
    ("late", "colours"), [(timedelta(0), ["yellow"]), (timedelta(microseconds=1), ["red", "yellow"])]
)
def test_red_card_comes_at_the_first_instant_after_due(desk: Desk, late: timedelta, colours: list[str]) -> None:
    accepted = desk.accept()
    desk.at = MONDAY + timedelta(days=7) + late
    desk.sweep()
    desk.sweep()
    cards = desk.run(lambda session: session.scalars(select(Card).order_by(Card.colour)).all())
    assert [card.colour for card in cards] == colours
    assert accepted.ticket_id == cards[0].ticket_id


def test_no_card_when_completed_in_time_though_swept_after_days_of_outage(desk: Desk) -> None:
    accepted = desk.accept()
    desk.acknowledge(accepted.ticket_id)
    desk.later(days=1).complete(accepted.ticket_id)
    desk.later(days=30).sweep()
    assert desk.run(lambda session: session.scalars(select(Card)).all()) == []
    assert "follow_up.opened" in desk.event_types(accepted.ticket_id)


def test_card_says_when_it_should_have_come_after_an_outage(desk: Desk) -> None:
    desk.accept()
    desk.later(days=20).sweep()
    yellow, red = desk.run(lambda session: session.scalars(select(Card).order_by(Card.should_at)).all())
    assert yellow.should_at == MONDAY + timedelta(days=6)
    assert red.should_at == MONDAY + timedelta(days=7, microseconds=1)
    assert yellow.issued_at == red.issued_at == desk.at


def test_verbs_look_like_no_ticket_to_another_unit(desk: Desk) -> None:
    accepted = desk.accept()
    for verb in (desk.acknowledge, desk.contact, desk.complete, desk.dispute):
        with pytest.raises(NotFound, match=r"ticket\.unknown"):
            verb(accepted.ticket_id, "110002")
    assert len(desk.events(accepted.ticket_id)) == 2


def test_complete_needs_acknowledgement_and_an_answer(desk: Desk) -> None:
    accepted = desk.accept()
    with pytest.raises(Conflict, match=r"assignment\.illegal_move"):
        desk.complete(accepted.ticket_id)
    desk.acknowledge(accepted.ticket_id)
    with pytest.raises(DomainError, match=r"assignment\.answer_missing"):
        desk.complete(accepted.ticket_id, answer="  ")
    with pytest.raises(Conflict, match=r"assignment\.illegal_move"):
        desk.acknowledge(accepted.ticket_id)


def test_reporter_is_masked_and_each_look_is_logged(desk: Desk) -> None:
    accepted = desk.accept()
    masked = desk.run(masked_reporter, accepted.ticket_id, vault=desk.vault)
    assert (masked.name, masked.phone) == ("王**", "138****8000")
    look = {"vault": desk.vault, "actor": "account:2", "unit_id": 1, "shown_minutes": 10, "at": desk.at}
    with pytest.raises(DomainError, match=r"contact\.purpose_missing"):
        desk.run(contact_reporter, accepted.ticket_id, purpose=" ", **look)
    shown = desk.run(contact_reporter, accepted.ticket_id, purpose="核实位置", **look)
    assert (shown.name, shown.phone, shown.until) == ("王小明", "+8613800138000", desk.at + timedelta(minutes=10))
    [logged] = desk.run(looks_at, accepted.ticket_id)
    assert (logged.actor, logged.purpose, logged.at) == ("account:2", "核实位置", desk.at)


def test_confidential_reporter_is_never_shown_to_a_unit(desk: Desk) -> None:
    accepted = desk.accept(is_confidential=True)
    look = {"vault": desk.vault, "actor": "account:2", "purpose": "核实", "shown_minutes": 10, "at": desk.at}
    with pytest.raises(Forbidden, match=r"contact\.confidential"):
        desk.run(contact_reporter, accepted.ticket_id, unit_id=1, **look)
    assert desk.run(contact_reporter, accepted.ticket_id, unit_id=None, **look).phone == "+8613800138000"


def test_caller_is_found_again_by_phone_however_written(desk: Desk) -> None:
    first, second = desk.accept(), desk.accept(reporter=Reporter("王小明", "０１３８ 0013 8000".replace("０", "", 1)))
    desk.accept(reporter=Reporter("李四", "13900139000"))
    found = desk.run(tickets_of_phone, "+86 138-0013-8000", vault=desk.vault, actor="account:1", at=desk.at)
    assert found == [second.ticket_id, first.ticket_id]


def test_no_table_but_the_vault_holds_name_or_number(desk: Desk) -> None:
    accepted = desk.accept()
    desk.acknowledge(accepted.ticket_id)
    tables = ("ticket", "event", "outbox", "assignment", "text_entry", "voice", "ticket_number", "idempotency_key")
    for table in tables:
        rows = desk.run(
            lambda session, name=table: session.execute(text(f"SELECT to_jsonb(t)::text FROM {name} t")).all()
        )
        assert not [row for row in rows if "王小明" in row[0] or "13800138000" in row[0]], table
