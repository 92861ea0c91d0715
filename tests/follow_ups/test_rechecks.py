"""抽查复核: drawn once by a seed, asked by another agent who sees nothing of the first answers, and never counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from dispatch.follow_ups import recheck_queries, rechecking
from dispatch.follow_ups.models import Recheck
from dispatch.follow_ups.rechecking import Answers
from dispatch.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from tests.follow_ups.conftest import closed_ticket
from tests.town import Desk

QUARTER = "2026Q4"
OTHER = "account:6"


@pytest.fixture
def answered(desk: Desk) -> list[int]:
    """Tickets answered in the last quarter of the year, and the quarter is over."""
    tickets = [closed_ticket(desk, "yes", "satisfied") for _ in range(7)]
    desk.later(days=60)
    return tickets


def draw(desk: Desk, seed: str = "seed") -> int:
    return int(desk.run(rechecking.draw, QUARTER, seed=seed, reference=desk.reference, actor="account:9", at=desk.at))


def drawn(desk: Desk, agent: str = OTHER) -> list[int]:
    return [row.Ticket.ticket_id for row in desk.run(recheck_queries.waiting, agent=agent)]


def ask(desk: Desk, ticket_id: int, agent: str = OTHER, outcome: str = "reached", **said: Any) -> Recheck:
    found: Recheck = desk.run(
        rechecking.recheck, ticket_id, Answers(outcome, **said), reference=desk.reference, actor=agent, at=desk.at
    )
    return found


def test_draw_takes_the_policy_number_of_each_unit_and_only_once(desk: Desk, answered: list[int]) -> None:
    at_least = desk.reference.procedure.follow_up.recheck_at_least
    assert draw(desk) == min(at_least, len(answered))
    assert set(drawn(desk)) <= set(answered)
    with pytest.raises(Conflict, match=r"recheck\.drawn_already"):
        draw(desk, "another")


def test_draw_is_refused_when_the_quarter_still_runs_or_is_none(desk: Desk) -> None:
    with pytest.raises(Conflict, match=r"recheck\.quarter_running"):
        draw(desk)
    for name in ("2026", "2026Q5", "Q4", "0000Q1"):
        with pytest.raises(DomainError, match=r"recheck\.unknown_quarter"):
            rechecking.quarter_span(name, desk.reference)


def test_quarter_ends_at_local_midnight_when_it_is_the_last_of_the_year(desk: Desk) -> None:
    start, end = rechecking.quarter_span(QUARTER, desk.reference)
    assert (start.isoformat(), end.isoformat()) == ("2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00")


def test_first_agent_may_not_ask_again_and_is_not_offered_it(desk: Desk, answered: list[int]) -> None:
    draw(desk)
    assert drawn(desk, "account:5") == []
    ticket_id = drawn(desk)[0]
    with pytest.raises(Forbidden, match=r"recheck\.first_agent"):
        ask(desk, ticket_id, "account:5", solved="yes")
    with pytest.raises(Forbidden, match=r"follow_up\.handled_it_yourself"):
        ask(desk, ticket_id, "account:2", solved="yes")


def test_counted_answer_stays_when_the_second_one_disagrees(desk: Desk, answered: list[int]) -> None:
    draw(desk)
    ticket_id, agreeing = drawn(desk)[:2]
    before = desk.ticket(ticket_id)
    assert ask(desk, ticket_id, solved="no", satisfaction="dissatisfied", words="根本没来").disagrees is True
    assert ask(desk, agreeing, solved="yes").disagrees is False
    ticket = desk.ticket(ticket_id)
    counted = ("followed_up_at", "reached", "contacted", "solved", "satisfaction", "state")
    assert [getattr(ticket, name) for name in counted] == [getattr(before, name) for name in counted]
    assert "根本没来" not in str(desk.events(ticket_id)[-1].data)
    (by_unit,) = desk.run(recheck_queries.by_unit, QUARTER)
    (by_agent,) = desk.run(recheck_queries.by_agent, QUARTER)
    assert (by_unit.key, by_agent.key) == (ticket.charged_unit_id, "account:5")
    assert {(row.reached, row.disagreeing) for row in (by_unit, by_agent)} == {(2, 1)}
    with pytest.raises(NotFound, match=r"recheck\.unknown"):
        ask(desk, ticket_id, solved="yes")


def test_recheck_is_given_up_when_nobody_answers_so_often(desk: Desk, answered: list[int]) -> None:
    draw(desk)
    ticket_id = drawn(desk)[0]
    most = desk.reference.procedure.follow_up.recheck_attempts
    states = Counter(ask(desk, ticket_id, outcome="no_answer").ended_at is None for _ in range(most))
    assert states == {True: most - 1, False: 1}
    assert ticket_id not in drawn(desk)


def test_same_seed_draws_the_same_tickets_when_the_answers_are_the_same(desk: Desk, answered: list[int]) -> None:
    draw(desk, "one")
    first = drawn(desk)
    order = {"seed": "one", "round": 1, "at_least": 5, "percent": 2}
    start, end = rechecking.quarter_span(QUARTER, desk.reference)
    again = desk.run(lambda session: session.execute(rechecking.SAMPLE, order | {"start": start, "end": end}).all())
    assert sorted(row.ticket_id for row in again) == sorted(first)
