"""Each arrow of a ticket's table is walked by the services, from the state it names to the state it names."""

from __future__ import annotations

import pytest

from dispatch.tickets.states import TICKET_MOVES, TicketState
from tests.states.arrows import ARROWS
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]


def test_walk_every_arrow_there_is_when_walking_them_all() -> None:
    assert set(ARROWS) == set(TICKET_MOVES)


@pytest.mark.parametrize("arrow", ARROWS, ids=lambda arrow: f"{arrow[0].value}-{arrow[1].value}")
def test_arrive_where_the_arrow_points_when_walked(desk: Desk, arrow: tuple[TicketState, TicketState]) -> None:
    walk, step = ARROWS[arrow]
    ticket_id = walk(desk)
    if step is not None:
        assert desk.ticket(ticket_id).state == arrow[0]
        step(desk, ticket_id)
    assert desk.ticket(ticket_id).state == arrow[1]
