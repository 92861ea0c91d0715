"""Two at once: one winner, a clear refusal for the other, and as many events as moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest

from dispatch.kernel import audit
from dispatch.kernel.errors import DomainError
from tests.town import MONDAY, Desk


def outcomes(*verbs: Callable[[], object]) -> Counter[str]:
    """What became of verbs that were run at the same time: ``done``, or the refusal's code."""

    def attempt(verb: Callable[[], object]) -> str:
        try:
            verb()
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(verbs)) as threads:
        return Counter(threads.map(attempt, verbs))


def test_acknowledge_has_one_winner_when_officers_race(desk: Desk) -> None:
    for _ in range(5):
        ticket_id = desk.accept().ticket_id
        found = outcomes(*[lambda ticket_id=ticket_id: desk.acknowledge(ticket_id)] * 4)
        assert found == {"done": 1, "assignment.illegal_move": 3}
        assert desk.event_types(ticket_id).count("assignment.acknowledged") == 1


def test_rule_has_one_winner_when_a_person_and_silence_race(desk: Desk) -> None:
    for _ in range(5):
        ticket_id = desk.accept().ticket_id
        raised = desk.dispute(ticket_id)
        desk.at = raised.ruling_due_at + timedelta(seconds=1)
        outcomes(lambda ticket_id=ticket_id: desk.rule(ticket_id, "upheld", "110002"), desk.sweep, desk.sweep)
        desk.sweep()  # both may have passed by while the late person still held the ticket: the next one comes back
        assert desk.event_types(ticket_id).count("dispute.ruled") == 1
        desk.at = MONDAY


def test_sweep_issues_each_card_and_opens_each_follow_up_once_when_many_sweep(desk: Desk) -> None:
    tickets = [desk.accept().ticket_id for _ in range(10)]
    desk.later(days=8)
    assert set(outcomes(*[desk.sweep] * 6)) == {"done"}
    desk.sweep()
    for ticket_id in tickets:
        assert Counter(desk.event_types(ticket_id)) == {
            "ticket.received": 1,
            "ticket.dispatched": 1,
            "card.issued": 2,
            "ladder.reached": 3,
            "follow_up.opened": 1,
        }


@pytest.mark.parametrize("seed", range(4))
def test_chain_stays_whole_when_everything_happens_at_once(desk: Desk, seed: int) -> None:
    rng = Random(seed)
    tickets = [desk.accept().ticket_id for _ in range(4)]
    desk.later(hours=1)
    verbs: list[Callable[[], object]] = []
    for ticket_id in tickets:
        verbs += [
            lambda ticket_id=ticket_id: desk.acknowledge(ticket_id),
            lambda ticket_id=ticket_id: desk.dispute(ticket_id),
            lambda ticket_id=ticket_id: desk.rule(ticket_id, "upheld", "110002"),
            lambda ticket_id=ticket_id: desk.complete(ticket_id),
            lambda ticket_id=ticket_id: desk.acknowledge(ticket_id, "110002"),
        ] * 2
    rng.shuffle(verbs)
    with ThreadPoolExecutor(8) as threads:
        done = sum(outcome == "done" for outcome in threads.map(lambda verb: next(iter(outcomes(verb))), verbs))
    assert done >= len(tickets)
    assert [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)] == []
    for ticket_id in tickets:
        assert desk.ticket(ticket_id).event_count == len(desk.events(ticket_id))
