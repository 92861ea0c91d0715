"""Merges against each other and against what else happens: one winner, a clear refusal, and a whole chain."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from threading import Barrier

from sqlalchemy.orm import Session

from dispatch.kernel import audit
from dispatch.merging import queries, services
from dispatch.tickets.queries import lock_ticket
from tests.merging.conftest import join, part
from tests.tickets.test_races import outcomes
from tests.town import MONDAY, Desk


def fresh_pair(desk: Desk) -> tuple[int, int]:
    desk.at = MONDAY
    return desk.accept().ticket_id, desk.later(minutes=1).accept().ticket_id


def test_merge_has_one_winner_when_two_cross(desk: Desk) -> None:
    for _ in range(4):
        older, newer = fresh_pair(desk)
        found = outcomes(*[lambda o=older, n=newer: join(desk, o, n), lambda o=older, n=newer: join(desk, n, o)] * 2)
        assert found == Counter({"done": 1, "merge.already_merged": 3})
        assert desk.event_types(older).count("ticket.absorbed") == 1
        assert desk.ticket(newer).merged_into_id == older


def test_merge_makes_no_chain_when_three_are_joined_at_once(desk: Desk) -> None:
    for _ in range(4):
        first, second = fresh_pair(desk)
        third = desk.later(minutes=1).accept().ticket_id
        outcomes(
            lambda a=first, b=second: join(desk, b, a),
            lambda b=second, c=third: join(desk, c, b),
            lambda a=first, c=third: join(desk, a, c),
        )
        assert {voice.ticket_id for voice in desk.run(queries.voices, second)} == set() or desk.ticket(
            second
        ).merged_into_id is None
        for one in (second, third):
            into = desk.ticket(one).merged_into_id
            assert into is None or desk.ticket(into).state != "merged"
    assert [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)] == []


def test_merge_or_answer_wins_when_they_race(desk: Desk) -> None:
    for _ in range(4):
        older, newer = fresh_pair(desk)
        desk.later(days=8).sweep()
        found = outcomes(
            lambda o=older, n=newer: join(desk, n, o), lambda o=older: desk.attempt(o, contacted=True, solved="yes")
        )
        assert found in (Counter({"done": 2}), Counter({"done": 1, "merge.already_answered": 1}))
        assert desk.ticket(older).solved == "yes"


def test_merge_or_dispute_wins_when_they_race(desk: Desk) -> None:
    for _ in range(4):
        older, newer = fresh_pair(desk)
        found = outcomes(lambda o=older, n=newer: join(desk, n, o), lambda n=newer: desk.dispute(n))
        assert found in (
            Counter({"done": 1, "merge.disputed": 1}),
            Counter({"done": 1, "ticket.unknown": 1}),
        )


def test_unmerge_has_one_winner_when_two_ask(desk: Desk) -> None:
    older, newer = fresh_pair(desk)
    join(desk, newer, older)
    found = outcomes(*[lambda: part(desk, newer)] * 3)
    assert found == Counter({"done": 1, "merge.not_merged": 2})
    desk.at += timedelta(minutes=1)
    assert desk.event_types(newer).count("ticket.unmerged") == 1


def test_merge_is_refused_as_busy_when_edges_hold_the_tickets_crosswise(desk: Desk) -> None:
    """If-Match locks the ticket that is asked for first, whichever it is."""
    older, newer = fresh_pair(desk)
    both_hold = Barrier(2, timeout=10)
    city = desk.reference

    def edge(session: Session, own: int, other_no: str) -> None:
        lock_ticket(session, own)
        both_hold.wait()
        services.merge(session, own, ticket_no=other_no, reference=city, actor="account:1", at=desk.at)

    numbers = [desk.ticket(one).ticket_no for one in (older, newer)]
    found = outcomes(lambda: desk.run(edge, older, numbers[1]), lambda: desk.run(edge, newer, numbers[0]))
    assert found == Counter({"done": 1, "merge.busy": 1})
    assert desk.ticket(newer).merged_into_id == older
