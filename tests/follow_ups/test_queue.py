"""The queue: who comes first, who may take what, and how long it is theirs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dispatch.follow_ups import queries, taking
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from tests.town import Desk

AGENT, OTHER = "account:5", "account:6"


def queue(desk: Desk, agent: str = AGENT) -> list[int]:
    """The tickets that this agent is offered, in order."""
    held_before = desk.at - desk.reference.procedure.follow_up.taken_for
    rows = desk.run(queries.queue, at=desk.at, agent=agent, held_before=held_before)
    return [row.Ticket.ticket_id for row in rows]


def take(desk: Desk, ticket_id: int, agent: str = AGENT) -> FollowUp:
    found: FollowUp = desk.run(taking.take, ticket_id, reference=desk.reference, actor=agent, at=desk.at)
    return found


def take_next(desk: Desk, agent: str) -> Any:
    return desk.run(taking.take_next, reference=desk.reference, actor=agent, at=desk.at)


def test_queue_puts_urgent_matters_first_but_not_before_who_waits_longer_still(desk: Desk) -> None:
    patient = desk.accept().ticket_id
    ordinary = desk.later(days=3).accept().ticket_id
    urgent = desk.accept(urgency="urgent").ticket_id
    desk.later(days=7, hours=1).sweep()
    opened = {ticket: desk.run(queries.of_ticket, ticket)[0] for ticket in (patient, ordinary, urgent)}
    assert opened[urgent].queue_at < opened[urgent].opened_at, "a head start"
    assert opened[ordinary].queue_at == opened[ordinary].opened_at
    by_place = sorted(opened, key=lambda ticket: (opened[ticket].queue_at, ticket))
    assert queue(desk) == by_place


def test_queue_offers_long_waiting_before_a_later_urgent_one(desk: Desk) -> None:
    patient = desk.accept().ticket_id
    desk.later(days=7, seconds=1).sweep()
    urgent = desk.later(days=30).accept(urgency="critical").ticket_id
    desk.later(days=8).sweep()
    assert queue(desk) == [patient, urgent]


def test_take_has_one_winner_when_two_agents_reach_for_it(desk: Desk, expired: int) -> None:
    def reach(agent: str) -> str:
        try:
            take(desk, expired, agent)
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as threads:
        assert Counter(threads.map(reach, (AGENT, OTHER))) == {"done": 1, "follow_up.taken": 1}
    assert desk.event_types(expired).count("follow_up.assigned") == 1


def test_take_next_gives_each_agent_another_ticket_when_all_ask_at_once(desk: Desk) -> None:
    waiting = {desk.accept().ticket_id for _ in range(6)}
    desk.later(days=7, seconds=1).sweep()
    agents = [f"account:{number}" for number in range(50, 56)]
    with ThreadPoolExecutor(6) as threads:
        taken = list(threads.map(lambda agent: take_next(desk, agent), agents))
    assert {ticket.ticket_id for ticket in taken if ticket} <= waiting
    numbers = [ticket.ticket_id for ticket in taken if ticket]
    assert len(numbers) == len(set(numbers))
    assert take_next(desk, agents[0]).ticket_id == numbers[0], "who has one goes on with it"


def test_attempt_is_refused_when_another_agent_has_it(desk: Desk, expired: int) -> None:
    take(desk, expired, OTHER)
    with pytest.raises(Conflict, match=r"follow_up\.taken"):
        desk.attempt(expired)
    assert queue(desk) == []
    assert queue(desk, OTHER) == [expired]


def test_taken_one_lapses_when_the_agent_forgets_it(desk: Desk, expired: int) -> None:
    take(desk, expired, OTHER)
    desk.later(minutes=desk.reference.procedure.follow_up.taken_minutes)
    assert queue(desk) == [expired]
    assert desk.attempt(expired, solved="yes").state == "answered"


def test_release_puts_it_back_when_its_agent_says_so_and_nobody_else(desk: Desk, expired: int) -> None:
    take(desk, expired)
    with pytest.raises(Conflict, match=r"follow_up\.not_yours"):
        desk.run(taking.release, expired, actor=OTHER, at=desk.at)
    desk.run(taking.release, expired, actor=AGENT, at=desk.at)
    assert queue(desk, OTHER) == [expired]


def test_take_is_refused_when_the_follow_up_is_over(desk: Desk, expired: int) -> None:
    desk.attempt(expired, solved="yes")
    with pytest.raises(Conflict, match=r"follow_up\.ended"):
        take(desk, expired)


def test_attempt_waits_its_retry_time_when_nobody_answered(desk: Desk, expired: int) -> None:
    desk.attempt(expired, "no_answer")
    first, second = desk.reference.procedure.retry_minutes
    assert queue(desk) == []
    assert queue(desk.later(minutes=first)) == [expired]
    desk.attempt(expired, "no_answer")
    assert queue(desk.later(minutes=second - 1)) == []
    assert queue(desk.later(minutes=1)) == [expired]


@pytest.mark.parametrize("actor", ["account:1", "account:2", "account:3"])
def test_handler_may_not_follow_up_when_they_took_in_worked_or_ruled(desk: Desk, actor: str) -> None:
    ticket_id = desk.accept().ticket_id
    desk.dispute(ticket_id)
    desk.rule(ticket_id, "refused")
    desk.acknowledge(ticket_id)
    desk.later(days=7, seconds=1).sweep()
    with pytest.raises(Forbidden, match=r"follow_up\.handled_it_yourself"):
        take(desk, ticket_id, actor)
    assert queue(desk, actor) == []
    assert queue(desk, AGENT) == [ticket_id]


def test_agent_may_call_again_when_their_own_attempts_are_all_they_did(desk: Desk, expired: int) -> None:
    desk.attempt(expired, "no_answer")
    desk.later(days=1)
    assert queue(desk) == [expired]
    assert desk.attempt(expired, solved="no").state == "answered"
