"""The reporter takes the matter back; and whose that is in the assessment (rules.md §6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.disputes import consulting
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.outcomes import queries as own_queries
from dispatch.outcomes import services, supplements, withdrawing
from dispatch.outcomes.endings import Outcome
from dispatch.supervision import orders
from dispatch.supervision import services as supervision
from dispatch.tickets import queries
from dispatch.tickets.as_of import at_a_glance, looked_up
from dispatch.tickets.models import Ticket
from tests.town import MONDAY, Desk

VAGUE = {"title": "有件事", "text": "想反映一件事情"}


def withdraw(desk: Desk, ticket_id: int, reason: str = "已自行解决") -> Ticket:
    return desk.run(
        withdrawing.withdraw, ticket_id, reason=reason, reference=desk.reference, actor="account:1", at=desk.at
    )


def charged(desk: Desk, ticket_id: int) -> list[dict[str, Any]]:
    """The ticket as the assessment's door tells it at the desk's instant, by whichever of the two selects."""

    def read(session: Any) -> list[dict[str, Any]]:
        seen = [dict(row) for row in session.execute(at_a_glance(desk.at)).mappings() if not row["is_late"]]
        seen += [dict(row) for row in session.execute(looked_up(desk.at)).mappings()]
        return [row for row in seen if row["ticket_id"] == ticket_id]

    return desk.run(read)


def test_withdraw_ends_every_part_and_leaves_its_cards_when_dispatched(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(days=6, hours=12).sweep()
    ticket = withdraw(desk, ticket_id)
    assert (ticket.state, ticket.withdrawn_at, ticket.unit_id) == ("withdrawn", desk.at, desk.unit_id("110001"))
    parts = desk.run(queries.assignments, ticket_id)
    assert {(part.role, part.state, part.withdrawn_for) for part in parts} == {
        ("lead", "withdrawn", "reporter"),
        ("copy", "withdrawn", "reporter"),
    }
    assert desk.event_types(ticket_id)[-2:] == ["ticket.withdrawn", "assignment.withdrawn"]
    desk.later(days=30).sweep()
    assert desk.event_types(ticket_id).count("card.issued") == 1, "the yellow one of before; no red one afterwards"
    assert desk.event_types(ticket_id).count("follow_up.opened") == 0


def test_withdraw_cancels_the_follow_up_and_lets_the_dispute_lapse_when_they_are_open(desk: Desk) -> None:
    overdue = desk.accept().ticket_id
    desk.later(days=7, seconds=1).sweep()
    withdraw(desk, overdue)
    assert desk.event_types(overdue)[-1] == "follow_up.cancelled"
    disputed = desk.accept().ticket_id
    desk.dispute(disputed)
    withdraw(desk, disputed)
    desk.later(days=9).sweep()
    assert desk.event_types(disputed).count("dispute.ruled") == 1
    assert desk.ticket(disputed).state == "withdrawn"
    with pytest.raises(Conflict, match=r"dispute\.none_open"):
        desk.rule(disputed, "refused")


def test_withdraw_cancels_the_order_and_the_question_and_ends_the_consultation_when_open(desk: Desk) -> None:
    known = {"reference": desk.reference, "actor": "account:8", "at": desk.at}
    ticket_id = desk.accept().ticket_id
    city = {"units": None, "issuing_unit_id": None}
    desk.run(supervision.issue, ticket_id, ground="overdue", words="请说明进展", **city, **known)
    asked = {"facts": ["time"], "question": "何时发生", "means": "phone", "unit_id": None}
    desk.run(supplements.ask, ticket_id, **asked, **known)
    withdraw(desk, ticket_id)
    said = [(event.type, event.data["because"]) for event in desk.events(ticket_id) if event.type.endswith("cancelled")]
    assert said == [("supplement.cancelled", "withdrawn"), ("order.cancelled", "withdrawn")]
    assert desk.run(orders.open_order, ticket_id) is None
    assert desk.run(own_queries.open_supplement, ticket_id) is None
    desk.later(days=30).sweep()
    assert desk.event_types(ticket_id).count("supplement.lapsed") == 0


def test_withdraw_lets_nobody_speak_in_the_consultation_any_more(desk: Desk) -> None:
    known = {"reference": desk.reference, "actor": "account:3", "at": desk.at}
    ticket_id = desk.accept().ticket_id
    desk.dispute(ticket_id)
    desk.run(consulting.consult, ticket_id, unit_codes=["110002"], question="是否归贵镇", **known)
    withdraw(desk, ticket_id)
    ruled = next(event for event in desk.events(ticket_id) if event.type == "dispute.ruled")
    assert ruled.data["ruling"] == "lapsed"
    said = {"unit_id": desk.unit_id("110002"), "words": "不归", "stance": "not_mine"}
    with pytest.raises(DomainError, match=r"dispute\.none_open"):
        desk.run(consulting.discuss, ticket_id, **said, **known)


def test_answer_ends_the_wait_for_the_citizen_when_the_ticket_waits_for_dispatch(desk: Desk) -> None:
    ticket_id = desk.accept(kind="consultation", **VAGUE).ticket_id
    asked = {"facts": ["time"], "question": "何时发生", "means": "phone", "unit_id": None}
    desk.run(supplements.ask, ticket_id, **asked, reference=desk.reference, actor="account:1", at=desk.at)
    outcome = Outcome("answered", "可以")
    desk.run(services.end, ticket_id, outcome, procedure=desk.reference.procedure, actor="account:1", at=desk.at)
    assert desk.event_types(ticket_id)[-2:] == ["ticket.answered", "supplement.cancelled"]


def test_withdraw_is_refused_when_the_ticket_is_done_or_no_reason_is_given(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    with pytest.raises(DomainError, match=r"outcome\.reason_missing"):
        withdraw(desk, ticket_id, reason=" ")
    desk.acknowledge(ticket_id)
    desk.complete(ticket_id)
    with pytest.raises(Conflict, match=r"ticket\.illegal_move"):
        withdraw(desk, ticket_id)


def test_assessment_keeps_a_ticket_with_its_lead_when_withdrawn_after_dispatch(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    withdraw(desk.later(hours=2), ticket_id)
    unit_id = desk.unit_id("110001")
    (before,), (after,) = (charged(desk.later(hours=step), ticket_id) for step in (-1, 2))
    assert (before["lead_id"], before["is_withdrawn"], before["is_pending"]) == (unit_id, False, True)
    assert (after["lead_id"], after["is_withdrawn"], after["is_pending"]) == (unit_id, True, False)
    assert after["reached"] is False


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("answered", "可以"),
        Outcome("declined", ground="secret"),
        Outcome("transferred", agency="110"),
        Outcome("invalid", ground="harassment"),
        None,
    ],
)
def test_assessment_charges_nobody_when_it_ended_without_a_unit(desk: Desk, outcome: Outcome | None) -> None:
    ticket_id = desk.accept(kind="consultation", **VAGUE).ticket_id
    procedure = desk.reference.procedure
    if outcome is None:
        withdraw(desk, ticket_id)
    else:
        desk.run(services.end, ticket_id, outcome, procedure=procedure, actor="account:1", at=desk.at)
    desk.later(days=1)
    assert [row["lead_id"] for row in charged(desk, ticket_id)] in ([], [None])


def test_assessment_charges_nobody_when_answered_after_a_dispute_was_upheld_by_silence(desk: Desk) -> None:
    ticket_id = desk.accept(kind="consultation").ticket_id
    desk.dispute(ticket_id)
    desk.later(days=8).sweep()
    assert desk.ticket(ticket_id).state == "awaiting_dispatch"
    outcome = Outcome("answered", "已答复")
    desk.run(services.end, ticket_id, outcome, procedure=desk.reference.procedure, actor="account:1", at=desk.at)
    desk.later(hours=1)
    assert [row["lead_id"] for row in charged(desk, ticket_id)] == [None]
    assert desk.at > MONDAY + timedelta(days=8)
