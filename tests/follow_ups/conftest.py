"""The small town's fixtures, and what happens in it after a ticket's limit."""

from __future__ import annotations

import pytest

from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]


@pytest.fixture
def expired(desk: Desk) -> int:
    """A ticket whose limit has passed: its follow-up is open."""
    accepted = desk.accept()
    desk.later(days=7, seconds=1).sweep()
    return accepted.ticket_id


@pytest.fixture
def closed(desk: Desk) -> int:
    """A ticket that was completed, then found unsolved by its caller."""
    return closed_ticket(desk)


def closed_ticket(desk: Desk, solved: str = "no", satisfaction: str = "dissatisfied") -> int:
    """Completed in time, followed up at expiry with these answers, closed."""
    ticket_id = desk.accept().ticket_id
    go_round(desk, ticket_id, solved, satisfaction)
    return ticket_id


def go_round(desk: Desk, ticket_id: int, solved: str = "no", satisfaction: str = "dissatisfied") -> None:
    """One round: signed for, done, and followed up at its due instant."""
    desk.later(hours=1).acknowledge(ticket_id)
    desk.later(hours=1).complete(ticket_id)
    desk.later(days=7).sweep()
    desk.attempt(ticket_id, contacted=True, solved=solved, satisfaction=satisfaction)
