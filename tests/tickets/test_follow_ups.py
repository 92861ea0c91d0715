"""The counted answer by rules.md §4."""

from __future__ import annotations

import pytest

from dispatch.kernel.errors import Conflict, DomainError
from tests.town import Desk


@pytest.fixture
def expired(desk: Desk) -> int:
    accepted = desk.accept()
    desk.later(days=7, seconds=1).sweep()
    return accepted.ticket_id


def test_unreached_after_three_attempts_on_two_days_only(desk: Desk, expired: int) -> None:
    for hours in (1, 1, 1):
        assert desk.later(hours=hours).attempt(expired, "no_answer").state == "attempted", (
            "three on one day are not enough"
        )
    assert desk.later(days=1).attempt(expired, "refused").state == "unreached"
    ticket = desk.ticket(expired)
    assert (ticket.reached, ticket.followed_up_at) == (False, desk.at)
    with pytest.raises(Conflict, match=r"follow_up\.illegal_move"):
        desk.attempt(expired)


def test_two_attempts_on_two_days_are_not_enough(desk: Desk, expired: int) -> None:
    desk.attempt(expired, "no_answer")
    assert desk.later(days=1).attempt(expired, "wrong_number").state == "attempted"


def test_first_reached_answer_counts_and_no_friendlier_one_replaces_it(desk: Desk, expired: int) -> None:
    desk.attempt(expired, "no_answer")
    desk.later(days=1).attempt(expired, contacted=True, solved="no", satisfaction="dissatisfied")
    with pytest.raises(Conflict, match=r"follow_up\.illegal_move"):
        desk.later(days=1).attempt(expired, contacted=True, solved="yes", satisfaction="satisfied")
    ticket = desk.ticket(expired)
    assert (ticket.reached, ticket.contacted, ticket.solved, ticket.satisfaction) == (True, True, "no", "dissatisfied")


def test_missing_answers_are_reached_and_stay_unknown(desk: Desk, expired: int) -> None:
    desk.attempt(expired, contacted=True)
    ticket = desk.ticket(expired)
    assert (ticket.reached, ticket.contacted, ticket.solved, ticket.satisfaction) == (True, True, None, None)


@pytest.mark.parametrize(
    ("outcome", "answers"),
    [
        ("perhaps", {}),
        ("no_answer", {"solved": "yes"}),
        ("refused", {"contacted": False}),
        ("reached", {"solved": "maybe"}),
        ("reached", {"satisfaction": "very"}),
    ],
)
def test_attempt_refuses_what_cannot_be(desk: Desk, expired: int, outcome: str, answers: dict[str, object]) -> None:
    with pytest.raises(DomainError, match=r"follow_up\."):
        desk.attempt(expired, outcome, **answers)
    assert desk.event_types(expired)[-1] == "follow_up.opened"
