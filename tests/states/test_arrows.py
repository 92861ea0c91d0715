"""Each arrow of each table is walked by the services, from the state it names to the state it names."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.machines import MACHINES
from dispatch.tickets.states import TicketState
from tests.states.arrows import ARROWS
from tests.states.other_arrows import APART
from tests.states.side_arrows import BESIDE
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

WALKED: dict[str, Any] = {"ticket": ARROWS}
WALKED |= {name: arrows for name, (arrows, _row) in BESIDE.items()}
WALKED |= {name: arrows for name, (arrows, _row, _key) in APART.items()}
OTHERS = [(name, arrow) for name, arrows in WALKED.items() if name != "ticket" for arrow in arrows]


def test_walk_every_arrow_there_is_when_walking_them_all() -> None:
    assert {name: set(arrows) for name, arrows in WALKED.items()} == {
        machine.name: set(machine.moves) for machine in MACHINES
    }


@pytest.mark.parametrize("arrow", ARROWS, ids=lambda arrow: f"{arrow[0].value}-{arrow[1].value}")
def test_arrive_where_the_arrow_points_when_walked(desk: Desk, arrow: tuple[TicketState, TicketState]) -> None:
    walk, step = ARROWS[arrow]
    ticket_id = walk(desk)
    if step is not None:
        assert desk.ticket(ticket_id).state == arrow[0]
        step(desk, ticket_id)
    assert desk.ticket(ticket_id).state == arrow[1]


@pytest.mark.parametrize(
    ("name", "arrow"), OTHERS, ids=[f"{name}-{arrow[0].value}-{arrow[1].value}" for name, arrow in OTHERS]
)
def test_arrive_beside_the_ticket_when_walked(desk: Desk, name: str, arrow: tuple[Any, Any]) -> None:
    walk, step = WALKED[name][arrow]
    one = walk(desk)
    assert state_of(desk, name, one) == arrow[0]
    step(desk, one)
    assert state_of(desk, name, one) == arrow[1]


def state_of(desk: Desk, name: str, one: int) -> str:
    """Of the thing ``one``: the ticket's row in that table, or the row by its own id."""
    if name in APART:
        _arrows, row, key = APART[name]
        query = row.where(key == one)
    else:
        _arrows, row = BESIDE[name]
        query = row.where(row.get_final_froms()[0].c.ticket_id == one)
    return str(desk.run(lambda session: session.scalars(query).one()))
