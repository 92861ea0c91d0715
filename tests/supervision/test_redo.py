"""Redo and reopen by rules.md §5: the same ticket in a new round, the counted answer untouched, the third one escalated."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dispatch.access.vault_models import Voice
from dispatch.follow_ups import queries as follow_up_queries
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.outcomes import withdrawing
from dispatch.supervision import orders
from dispatch.tickets import linking, queries, redoing
from dispatch.tickets.models import Ticket
from tests.follow_ups.conftest import closed_ticket, go_round
from tests.town import Desk


def redo(desk: Desk, ticket_id: int, unit_code: str | None = None) -> Ticket:
    found: Ticket = desk.run(
        redoing.redo,
        ticket_id,
        reason="仍未清运",
        unit_code=unit_code,
        reference=desk.reference,
        actor="account:5",
        at=desk.at,
    )
    return found


def reopen(desk: Desk, ticket_id: int) -> Any:
    return desk.run(
        redoing.reopen,
        ticket_id,
        reason="又堆起来了",
        reference=desk.reference,
        vault=desk.vault,
        actor="account:1",
        at=desk.at,
    )


def test_redo_gives_the_same_lead_a_full_limit_and_leaves_promise_and_counted_answer(desk: Desk, closed: int) -> None:
    before = desk.ticket(closed)
    ticket = redo(desk.later(hours=1), closed)
    lead = desk.run(queries.lead_in_force, ticket)
    assert (ticket.state, ticket.round, ticket.redos, ticket.closed_at) == ("dispatched", 2, 1, None)
    assert (lead.unit_id, lead.sent_at, lead.round) == (before.unit_id, desk.at, 2)
    assert lead.due_at > desk.at
    assert ticket.due_at == before.due_at
    counted = ("charged_unit_id", "followed_up_at", "reached", "contacted", "solved", "satisfaction")
    assert [getattr(ticket, name) for name in counted] == [getattr(before, name) for name in counted]
    copies = [part for part in desk.run(queries.assignments, closed) if part.role == "copy" and part.round == 2]
    assert len(copies) == 1, "the district is told again"


def test_redo_is_followed_up_at_its_own_due_instant_and_does_not_count(desk: Desk, closed: int) -> None:
    redo(desk, closed)
    go_round(desk, closed, "yes", "satisfied")
    ticket = desk.ticket(closed)
    assert [one.round for one in desk.run(follow_up_queries.of_ticket, closed)] == [1, 2]
    assert (ticket.state, ticket.solved, ticket.satisfaction) == ("closed", "no", "dissatisfied")
    with pytest.raises(Conflict, match=r"ticket\.nothing_to_redo"):
        redo(desk, closed)


def test_redo_may_not_be_disputed(desk: Desk, closed: int) -> None:
    redo(desk, closed)
    with pytest.raises(Conflict, match=r"dispute\.on_redo"):
        desk.dispute(closed)


def test_redo_goes_to_another_unit_when_the_hotline_says_so(desk: Desk, closed: int) -> None:
    assert redo(desk, closed, "110002").unit_id == desk.unit_id("110002")


@pytest.mark.parametrize(("solved", "satisfaction"), [("yes", "satisfied"), ("yes", "basically")])
def test_redo_is_refused_when_the_caller_was_content(desk: Desk, solved: str, satisfaction: str) -> None:
    ticket_id = closed_ticket(desk, solved, satisfaction)
    with pytest.raises(Conflict, match=r"ticket\.nothing_to_redo"):
        redo(desk, ticket_id)


def test_redo_is_refused_when_the_follow_up_has_not_ended(desk: Desk, expired: int) -> None:
    with pytest.raises(Conflict, match=r"ticket\.not_redoable"):
        redo(desk, expired)


def test_third_redo_is_escalated_with_an_order_of_the_city(desk: Desk, closed: int) -> None:
    for _ in range(2):
        redo(desk, closed)
        assert "ticket.escalated" not in desk.event_types(closed)
        go_round(desk, closed)
    redo(desk, closed)
    order = desk.run(orders.open_order, closed)
    assert (order.ground, order.state, order.issuing_unit_id) == ("third_redo", "issued", None)
    assert desk.event_types(closed)[-3:] == ["ticket.dispatched", "order.issued", "ticket.escalated"]
    assert desk.ticket(closed).redos == 3


def test_redo_has_one_winner_when_two_send_it_back_at_once(desk: Desk, closed: int) -> None:
    def once(_number: int) -> str:
        try:
            redo(desk, closed)
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(3) as threads:
        found = Counter(threads.map(once, range(3)))
    assert found == {"done": 1, "ticket.not_redoable": 2}
    assert desk.ticket(closed).redos == 1


def test_attempt_or_redo_comes_first_and_the_other_is_refused_when_both_run(desk: Desk, closed: int) -> None:
    def run(verb: Any) -> str:
        try:
            verb()
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(run, (lambda: redo(desk, closed), lambda: desk.attempt(closed, solved="yes"))))
    assert found[0] == "done"
    assert found[1] in ("follow_up.illegal_move", "follow_up.unknown")
    assert desk.ticket(closed).solved == "no"


def test_reopen_is_a_redo_when_the_caller_is_back_within_the_days(desk: Desk) -> None:
    ticket_id = closed_ticket(desk, "yes", "satisfied")
    desk.later(days=desk.reference.procedure.supervision.reopen_days)
    made = reopen(desk, ticket_id)
    ticket = desk.ticket(ticket_id)
    assert (made.is_new, made.ticket_no, ticket.state, ticket.redos) == (False, ticket.ticket_no, "dispatched", 1)


def test_reopen_makes_a_linked_ticket_with_its_caller_when_the_days_are_over(desk: Desk, closed: int) -> None:
    desk.later(days=desk.reference.procedure.supervision.reopen_days, seconds=1)
    with pytest.raises(Conflict, match=r"ticket\.too_late_to_redo"):
        redo(desk, closed)
    made = reopen(desk, closed)
    old = desk.ticket(closed)
    follower = desk.run(lambda session: session.get_one(Ticket, queries.ticket_id_of(session, made.ticket_no)))
    assert made.is_new
    assert (old.state, old.redos) == ("closed", 0)
    assert (follower.previous_ticket_id, follower.state, follower.unit_id) == (closed, "dispatched", old.unit_id)
    voice = desk.run(lambda session: session.get_one(Voice, follower.voice_id))
    known = desk.vault.open(voice.sealed, voice.key_id, bound_to=f"ticket:{follower.ticket_id}")
    assert known.name == "王小明"
    assert "ticket.linked" in desk.event_types(follower.ticket_id)
    seen = [desk.run(linking.links, one)[0] for one in (closed, follower.ticket_id)]
    assert [(one.ticket_no, one.words) for one in seen] == [(made.ticket_no, "后续工单"), (old.ticket_no, "后续于")]


def test_reopen_is_refused_when_the_ticket_is_still_open(desk: Desk) -> None:
    with pytest.raises(Conflict, match=r"ticket\.not_closed"):
        reopen(desk, desk.accept().ticket_id)


def test_nobody_leads_when_a_redone_ticket_is_withdrawn(desk: Desk, closed: int) -> None:
    redo(desk.later(hours=1), closed)
    again = {"reference": desk.reference, "actor": "account:1", "at": desk.at}
    desk.run(withdrawing.withdraw, closed, reason="已自行解决", **again)
    assert desk.run(queries.lead_in_force, desk.ticket(closed)) is None
    with pytest.raises(DomainError, match=r"ticket\.unknown"):
        desk.contact(closed)


def test_redo_is_not_followed_up_when_only_the_round_before_comes_due(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(days=7).acknowledge(ticket_id)
    desk.complete(ticket_id)  # at the due instant itself: the caller is asked, though the sweep has not come by
    desk.attempt(ticket_id, contacted=True, solved="no", satisfaction="dissatisfied")
    redo(desk, ticket_id)
    desk.later(minutes=1).sweep()
    assert desk.event_types(ticket_id).count("follow_up.opened") == 1
    desk.later(days=7).sweep()
    assert desk.event_types(ticket_id).count("follow_up.opened") == 2
