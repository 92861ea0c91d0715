"""Rulings at the edge of their limit and against each other; proposals and precedents that come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.disputes import consulting, proposing, queries, ruling
from dispatch.disputes.accuracy import first_dispatch_accuracy
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.notices import consumers
from dispatch.notices.models import Notice
from dispatch.tickets import reassigning
from tests.town import MONDAY, Desk

TICK = timedelta(microseconds=1)
COMMUNITY = "110001001"


def rule(desk: Desk, ticket_id: int, how: str, unit: str | None = None, *, proposes: bool = False) -> Any:
    return desk.run(
        ruling.rule,
        ticket_id,
        ruling=how,
        unit_code=unit,
        reason="核实后裁定",
        proposes=proposes,
        reference=desk.reference,
        actor="account:3",
        at=desk.at,
    )


def disputed(desk: Desk, **values: Any) -> int:
    ticket_id: int = desk.accept(**values).ticket_id
    desk.dispute(ticket_id)
    return ticket_id


def outcomes(*verbs: Callable[[], object]) -> Counter[str]:
    def attempt(verb: Callable[[], object]) -> str:
        try:
            verb()
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(verbs)) as threads:
        return Counter(threads.map(attempt, verbs))


def test_rule_is_refused_when_one_microsecond_after_silence(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    raised = desk.dispute(ticket_id)
    desk.at = raised.ruling_due_at + TICK
    with pytest.raises(Conflict, match=r"dispute\.ruling_overdue"):
        rule(desk, ticket_id, "refused")
    desk.sweep()
    assert desk.ticket(ticket_id).state == "awaiting_dispatch"


def test_rule_counts_when_at_the_last_instant(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.at = desk.dispute(ticket_id).ruling_due_at
    rule(desk, ticket_id, "refused")
    desk.later(seconds=1).sweep()
    assert desk.ticket(ticket_id).state == "dispatched"


def test_rule_has_one_winner_when_two_adjudicators_rule(desk: Desk) -> None:
    for _ in range(5):
        ticket_id = disputed(desk)
        found = outcomes(
            lambda ticket_id=ticket_id: rule(desk, ticket_id, "upheld", "110002", proposes=True),
            lambda ticket_id=ticket_id: rule(desk, ticket_id, "refused"),
        )
        assert found == {"done": 1, "dispute.none_open": 1}
        assert desk.event_types(ticket_id).count("dispute.ruled") == 1


def test_dispute_or_reassign_wins_when_both_come_at_once(desk: Desk) -> None:
    def reassign(ticket_id: int) -> object:
        return desk.run(
            reassigning.reassign,
            ticket_id,
            unit_code="110002",
            reason="派错",
            reference=desk.reference,
            actor="account:4",
            at=desk.at,
        )

    for _ in range(5):
        ticket_id = desk.accept().ticket_id
        found = outcomes(
            lambda ticket_id=ticket_id: desk.dispute(ticket_id), lambda ticket_id=ticket_id: reassign(ticket_id)
        )
        refusal = next(code for code in found if code != "done")
        lead = desk.ticket(ticket_id).unit_id
        if refusal == "ticket.unknown":
            assert lead == desk.unit_id("110002"), "reassigned first: the old unit has no ticket to dispute"
        else:
            assert (refusal, lead) == ("ticket.not_reassignable", desk.unit_id("110001"))


def test_rule_proposes_an_entry_once_when_asked_to(desk: Desk) -> None:
    for _ in range(2):
        rule(desk, disputed(desk), "upheld", "110002", proposes=True)
    found = desk.run(queries.proposals)
    assert len(found) == 1, "the same entry is not proposed twice"
    made = found[0][0]
    subject = (made.category, made.place_code, made.kind, made.unit_id, made.state)
    category = desk.ticket(made.ticket_id).category
    assert subject == (category, "110001", "complaint", desk.unit_id("110002"), "proposed")


def test_refused_dispute_proposes_the_unit_that_has_to_do_it(desk: Desk) -> None:
    rule(desk, disputed(desk), "refused", proposes=True)
    assert desk.run(queries.proposals)[0][0].unit_id == desk.unit_id("110001")


def decide(desk: Desk, proposal_id: int, *, is_accepted: bool) -> Any:
    return desk.run(proposing.decide, proposal_id, is_accepted=is_accepted, actor="account:6", at=desk.at)


def test_accepted_proposal_replaces_the_one_before_when_both_speak_of_the_same(desk: Desk) -> None:
    for unit in ("110002", "120001"):
        rule(desk, disputed(desk), "upheld", unit, proposes=True)
    newer, older = (row[0].proposal_id for row in desk.run(queries.proposals))
    decide(desk, older, is_accepted=True)
    decide(desk, newer, is_accepted=True)
    states = {row[0].proposal_id: row[0].state for row in desk.run(queries.proposals)}
    assert states == {older: "replaced", newer: "accepted"}
    category = desk.ticket(desk.accepted[0].ticket_id).category
    assert [one.unit_id for one in desk.run(queries.in_force, category)] == [desk.unit_id("120001")]
    with pytest.raises(Conflict, match=r"proposal\.decided"):
        decide(desk, newer, is_accepted=False)
    with pytest.raises(NotFound):
        decide(desk, 999_999, is_accepted=True)


def test_precedents_come_nearest_first_when_several_were_ruled(desk: Desk) -> None:
    west = disputed(desk)
    rule(desk, west, "refused")
    near = desk.later(minutes=1).accept(place_code="110002", unit_code="110001").ticket_id
    desk.dispute(near)
    rule(desk, near, "designated", "110002")
    silent = disputed(desk)
    ticket = desk.ticket(west)
    desk.later(days=3).sweep()
    assert desk.ticket(silent).state == "awaiting_dispatch"
    found = desk.run(queries.precedents, ticket.category, "110002", reference=desk.reference)
    assert [(one.ticket_id, one.nearness) for one in found] == [(near, 2), (west, 1)], "silence is no precedent"
    assert found[0].reason == "核实后裁定"
    assert desk.run(queries.precedents, "no-such", "110002", reference=desk.reference) == []


def test_accuracy_counts_what_came_back_when_first_dispatches_were_wrong(desk: Desk) -> None:
    tickets = [disputed(desk) for _ in range(4)]
    rule(desk, tickets[0], "upheld", "110002")
    rule(desk, tickets[1], "designated", "110002")
    rule(desk, tickets[2], "designated", "110001")
    moved = desk.accept().ticket_id
    desk.run(
        reassigning.reassign,
        moved,
        unit_code="110002",
        reason="派错",
        reference=desk.reference,
        actor="account:4",
        at=desk.at,
    )
    desk.later(days=3).sweep()  # the fourth is upheld by silence
    city, categories = desk.run(first_dispatch_accuracy, MONDAY, MONDAY + timedelta(days=1))
    assert (city.dispatched, city.upheld, city.designated, city.silence, city.reassigned) == (5, 1, 1, 1, 1)
    assert (city.returned, city.percent) == (4, "20.00")
    assert sum(one.dispatched for one in categories) == 5
    nothing, none = desk.run(first_dispatch_accuracy, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    assert (nothing.dispatched, nothing.percent, none) == (0, "", [])


def test_consultation_reaches_the_inbox_of_each_unit_when_asked(desk: Desk) -> None:
    ticket_id = disputed(desk)
    desk.run(
        consulting.consult,
        ticket_id,
        unit_codes=["110002", "E-01"],
        question="由谁管护？",
        reference=desk.reference,
        actor="account:3",
        at=desk.at,
    )
    desk.run(consumers.tell_units, desk.events(ticket_id)[-1:], desk.at)
    told = desk.run(lambda session: {tuple(row) for row in session.execute(select(Notice.unit_id, Notice.kind))})
    assert told == {(desk.unit_id(code), "dispute.consulted") for code in ("110002", "E-01")}
