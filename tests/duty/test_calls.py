"""An event calls whoever is on duty at that instant, once; opening the ticket, marking and acting are reading."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from dispatch.console.words import DUTY_CALLS
from dispatch.duty import calling, queries
from dispatch.duty.models import DutyCall
from dispatch.hops import services as hops
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import Event
from dispatch.limits.policy import shipped_policy
from dispatch.notices.consumers import tell_units
from dispatch.supervision import services as supervision
from dispatch.tickets import redoing
from tests.duty.conftest import Rota
from tests.follow_ups.conftest import closed_ticket
from tests.town import MONDAY

RULES = shipped_policy().procedure.duty


def test_call_whoever_is_on_duty_when_a_ticket_is_dispatched(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"), rota.new(8, 16, "wang"))
    rota.enter(rota.new(0, 8, "other", unit="110002"))
    call = rota.called()
    assert rota.calls() == [("li", False)]
    assert (call.event_type, call.called_at, call.read_at) == ("ticket.dispatched", MONDAY, None)
    assert call.backup_due_at == MONDAY + timedelta(minutes=15)


@pytest.mark.parametrize(("text", "minutes"), [("垃圾没人清运", 15), ("柳荫街道煤气泄漏有爆炸危险", 5)])
def test_wait_as_the_policy_says_when_it_presses(rota: Rota, text: str, minutes: int) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.desk.accept(title=text, text=f"东区柳荫街道柳荫第一社区{text}")
    ticket = rota.desk.ticket(rota.desk.accepted[-1].ticket_id)
    if ticket.unit_id != rota.desk.unit_id("110001"):
        rota.desk.dispatch(ticket.ticket_id, "110001")
    rota.listen()
    assert rota.rows()[-1].backup_due_at == MONDAY + RULES.wait(ticket.urgency)
    assert RULES.wait(ticket.urgency) == timedelta(minutes=minutes)


def test_call_nobody_when_the_unit_has_no_rota_or_a_gap_in_it(rota: Rota) -> None:
    rota.desk.accept()
    assert rota.listen() == 1
    rota.enter(rota.new(1, 8, "li"))
    rota.desk.accept()
    rota.listen()
    assert rota.rows() == []


def test_call_once_when_the_consumer_runs_twice(rota: Rota) -> None:
    shift = rota.enter(rota.new(0, 8, "li"))[0]
    rota.called()
    event = rota.desk.run(lambda session: session.scalars(select(Event).where(Event.type == "ticket.dispatched")).one())
    rota.desk.run(tell_units, [event], rota.desk.at)
    rota.enter(rota.new(8, 16, "wang"))
    rota.desk.run(tell_units, [event], rota.desk.at + timedelta(hours=9))  # when somebody else has come on duty
    assert rota.calls() == [("li", False)]
    assert rota.rows()[0].shift_id == shift.shift_id


def test_call_whoever_is_there_when_the_event_waited(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"), rota.new(8, 16, "wang"))
    rota.desk.accept()
    rota.desk.later(hours=9)
    rota.listen()
    assert rota.calls() == [("wang", False)]
    assert rota.rows()[0].backup_due_at == rota.desk.at + timedelta(minutes=15)


def test_call_again_when_the_unit_is_urged_and_ordered(rota: Rota) -> None:
    rota.enter(rota.new(0, 24, "li"))
    ticket_id = rota.called().ticket_id
    rota.desk.acknowledge(ticket_id)
    rota.verb(supervision.urge, ticket_id, words="快办", actor="account:7")
    rota.listen()
    assert [row.event_type for row in rota.rows()] == ["ticket.dispatched", "ticket.urged"]


def test_call_once_when_a_ticket_comes_back_for_a_new_round(rota: Rota) -> None:
    ticket_id = closed_ticket(rota.desk)
    rota.listen()
    hours = (rota.desk.at - MONDAY) / timedelta(hours=1)
    rota.enter(rota.new(hours, hours + 8, "li"))
    rota.verb(redoing.redo, ticket_id, reason="仍未清运", actor="account:5")
    rota.listen()
    assert [row.event_type for row in rota.rows()] == ["ticket.dispatched"]


def test_call_for_red_cards_alone_when_cards_are_issued() -> None:
    assert RULES.is_call("card.issued", {"colour": "red"})
    assert not RULES.is_call("card.issued", {"colour": "yellow"})
    assert not RULES.is_call("ticket.noted", {})
    assert RULES.is_call("ladder.reached", {"assignment": 1, "step": "first", "tell": []})


def test_a_word_stands_for_every_event_that_calls() -> None:
    assert {row.event for row in RULES.calls} == set(DUTY_CALLS)


def test_read_when_its_own_person_marks_it(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    call = rota.called()
    with pytest.raises(DomainError, match=r"duty\.unknown_call"):
        rota.desk.run(calling.read, call.call_id, account_id=rota.person("wang"), at=rota.desk.at)
    for minutes in (1, 2):
        rota.desk.run(calling.read, call.call_id, account_id=call.account_id, at=MONDAY + timedelta(minutes=minutes))
    assert rota.rows()[0].read_at == MONDAY + timedelta(minutes=1)
    assert rota.desk.run(queries.unread_count, call.account_id) == 0


def test_read_when_the_unit_acknowledges(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    ticket_id = rota.called().ticket_id
    acted_at = rota.desk.later(minutes=3).at
    rota.desk.acknowledge(ticket_id)
    rota.desk.later(hours=1)
    rota.sweep()
    assert rota.rows()[0].read_at == acted_at
    assert rota.calls() == [("li", False)], "nobody stands in for who has acted"


def test_stay_unread_when_another_unit_acts(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    rota.enter(rota.new(0, 8, "helper", unit="110002"))
    ticket_id = rota.called().ticket_id
    part = rota.verb(hops.ask_support, ticket_id, unit_code="110002", task="一起清运", actor="account:2")
    rota.listen()
    assert rota.calls() == [("li", False), ("helper", False)]
    rota.desk.run(hops.acknowledge, ticket_id, part.number, actor="account:3", at=rota.desk.at)
    rota.desk.later(hours=1)
    rota.sweep()
    assert [row.read_at is None for row in rota.rows() if not row.is_backup] == [True, False]


def test_name_no_word_of_the_reporter_when_a_call_is_kept(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    call = rota.called()
    kept = " ".join(str(getattr(call, column.name)) for column in DutyCall.__table__.columns)
    assert "王小明" not in kept
    assert "13800138000" not in kept
    rota.desk.run(lambda session: session.execute(delete(DutyCall)))
