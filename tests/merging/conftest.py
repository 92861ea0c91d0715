"""The small town for every test of merges and known incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dispatch.merging import services
from dispatch.tickets.models import Ticket
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

Joining = Callable[..., Ticket]


def join(desk: Desk, ticket_id: int, other_id: int) -> Ticket:
    """并单 of two tickets by id; returns the survivor."""
    number = desk.ticket(other_id).ticket_no
    return _run(desk, services.merge, ticket_id, ticket_no=number)


def part(desk: Desk, ticket_id: int) -> Ticket:
    """拆单."""
    return _run(desk, services.unmerge, ticket_id)


def _run(desk: Desk, verb: Callable[..., Any], ticket_id: int, **values: Any) -> Ticket:
    found: Ticket = desk.run(verb, ticket_id, reference=desk.reference, actor="account:1", at=desk.at, **values)
    return found


@pytest.fixture
def pair(desk: Desk) -> tuple[int, int]:
    """Two callers of one matter, ten minutes apart."""
    older = desk.accept().ticket_id
    return older, desk.later(minutes=10).accept(reporter=None).ticket_id
