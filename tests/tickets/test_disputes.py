"""派单异议 by rules.md §3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dispatch.kernel.errors import Conflict, DomainError
from dispatch.tickets.models import Assignment, Card
from tests.town import MONDAY, Desk


def test_dispute_upheld_gives_the_new_lead_a_full_limit_and_the_citizen_none(desk: Desk) -> None:
    accepted = desk.accept()
    desk.later(hours=5).dispute(accepted.ticket_id)
    desk.later(hours=10).rule(accepted.ticket_id, "upheld", "110002")
    ticket = desk.ticket(accepted.ticket_id)
    lead = desk.run(lambda session: session.get_one(Assignment, (accepted.ticket_id, 3)))
    assert (ticket.unit_id, ticket.state, ticket.returns) == (desk.unit_id("110002"), "dispatched", 1)
    assert ticket.due_at == MONDAY + timedelta(days=7), "the promise to the citizen never restarts"
    assert lead.due_at == desk.at + timedelta(days=7), "the new lead has its full limit"
    desk.later(days=7, seconds=1).sweep()
    assert desk.ticket(accepted.ticket_id).charged_unit_id == desk.unit_id("110002")


def test_dispute_refused_leaves_the_clock_as_if_it_never_was(desk: Desk) -> None:
    accepted = desk.accept()
    desk.acknowledge(accepted.ticket_id)
    desk.later(hours=1).dispute(accepted.ticket_id)
    desk.later(hours=1).rule(accepted.ticket_id, "refused")
    lead = desk.run(lambda session: session.get_one(Assignment, (accepted.ticket_id, 1)))
    assert (lead.state, lead.due_at) == ("acknowledged", MONDAY + timedelta(days=7))
    with pytest.raises(Conflict, match=r"dispute\.once_only"):
        desk.dispute(accepted.ticket_id)


def test_designated_unit_may_not_dispute(desk: Desk) -> None:
    accepted = desk.accept()
    desk.dispute(accepted.ticket_id)
    desk.rule(accepted.ticket_id, "designated", "110002")
    with pytest.raises(Conflict, match=r"dispute\.designated"):
        desk.dispute(accepted.ticket_id, "110002")


def test_designation_of_the_disputing_unit_is_no_extension(desk: Desk) -> None:
    accepted = desk.accept()
    desk.later(hours=2).dispute(accepted.ticket_id)
    desk.later(hours=2).rule(accepted.ticket_id, "designated", "110001")
    lead = desk.run(lambda session: session.get_one(Assignment, (accepted.ticket_id, 1)))
    assert (lead.state, lead.due_at, lead.is_designated) == ("sent", MONDAY + timedelta(days=7), True)


def test_silence_upholds_and_sends_the_ticket_to_the_front_of_the_dispatchers(desk: Desk) -> None:
    accepted = desk.accept()
    raised = desk.dispute(accepted.ticket_id)
    desk.at = raised.ruling_due_at
    desk.sweep()
    assert desk.ticket(accepted.ticket_id).state == "dispatched", "on time is done at the due instant"
    desk.later(seconds=1).sweep()
    ticket = desk.ticket(accepted.ticket_id)
    assert (ticket.state, ticket.unit_id, ticket.returns) == ("awaiting_dispatch", None, 1)
    with pytest.raises(Conflict, match=r"dispute\.none_open"):
        desk.rule(accepted.ticket_id, "refused")


@pytest.mark.parametrize(
    ("title", "text", "window"),
    [
        ("柳荫街道停暖", "供暖中断暖气全停", timedelta(minutes=20)),
        ("柳荫街道暖气不热", "室温只有十四度", timedelta(hours=4)),
    ],
)
def test_window_follows_the_grade_of_the_limit(desk: Desk, title: str, text: str, window: timedelta) -> None:
    late, early = desk.accept(title=title, text=text), desk.accept(title=title, text=text)
    unit = str(early.decision.unit_code)
    desk.at = MONDAY + window
    desk.dispute(early.ticket_id, unit)
    desk.later(seconds=1)
    with pytest.raises(Conflict, match=r"dispute\.window_closed"):
        desk.dispute(late.ticket_id, unit)


def test_window_of_natural_days_is_one_working_day(desk: Desk) -> None:
    late, early = desk.accept(), desk.accept()
    desk.at = MONDAY.replace(hour=16) + timedelta(days=1)  # Tuesday 24:00 in Beijing
    desk.dispute(early.ticket_id)
    with pytest.raises(Conflict, match=r"dispute\.window_closed"):
        desk.later(seconds=1).dispute(late.ticket_id)


def test_follow_up_waits_while_disputed_and_opens_when_that_ends(desk: Desk) -> None:
    accepted = desk.accept(title="柳荫街道停暖", text="供暖中断暖气全停")
    desk.later(minutes=20).dispute(accepted.ticket_id, "E-01")
    desk.later(hours=1)  # the ruling may take one hour
    desk.at = MONDAY + timedelta(hours=1, minutes=15)
    desk.sweep()
    assert "follow_up.opened" not in desk.event_types(accepted.ticket_id)
    desk.rule(accepted.ticket_id, "refused")
    assert "follow_up.opened" not in desk.event_types(accepted.ticket_id), "not before its due instant"
    desk.at = MONDAY + timedelta(hours=2, seconds=1)
    desk.sweep()
    assert "follow_up.opened" in desk.event_types(accepted.ticket_id)


def test_upheld_dispute_withdraws_the_cards_of_the_assignment(desk: Desk) -> None:
    desk.at = datetime(
        2026, 9, 30, 1, 0, tzinfo=UTC
    )  # the day before National Day: the window reaches over the holiday
    accepted = desk.accept()
    desk.later(days=6, hours=1).sweep()
    desk.dispute(accepted.ticket_id)
    cards = select(Card.colour, Card.withdrawn_at).where(Card.ticket_id == accepted.ticket_id)
    assert desk.run(lambda session: session.execute(cards).all()) == [("yellow", None)]
    desk.rule(accepted.ticket_id, "upheld", "110002")
    assert desk.run(lambda session: session.execute(cards).all()) == [("yellow", desk.at)]


def test_ruling_names_a_unit_and_not_the_same_when_upheld(desk: Desk) -> None:
    accepted = desk.accept()
    desk.dispute(accepted.ticket_id)
    for ruling, unit in (("upheld", None), ("upheld", "110001"), ("upheld", "999"), ("perhaps", None)):
        with pytest.raises(DomainError, match=r"dispute\."):
            desk.rule(accepted.ticket_id, ruling, unit)
    assert desk.event_types(accepted.ticket_id)[-1] == "assignment.disputed"


def test_acknowledging_waits_for_the_ruling(desk: Desk) -> None:
    accepted = desk.accept()
    desk.dispute(accepted.ticket_id)
    with pytest.raises(Conflict, match=r"assignment\.disputed"):
        desk.acknowledge(accepted.ticket_id)


def test_dispatcher_cannot_send_on_what_is_disputed_or_already_sent(desk: Desk) -> None:
    accepted = desk.accept()
    for _ in range(2):
        with pytest.raises(Conflict, match=r"ticket\.not_waiting"):
            desk.dispatch(accepted.ticket_id, "110002")
        desk.at = MONDAY
        if "assignment.disputed" not in desk.event_types(accepted.ticket_id):
            desk.dispute(accepted.ticket_id)
    assert desk.event_types(accepted.ticket_id)[-1] == "assignment.disputed"
