"""The board as one picture of an instant: what pages and wall draw, counted in four short questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.board import counting, rollup
from dispatch.board.counting import FIGURES, Tally, Told
from dispatch.board.rollup import Block, KindRow
from dispatch.directory.snapshot import Reference
from dispatch.supervision import orders
from dispatch.supervision.models import SupervisionOrder

ORDERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the ladder: who is told at it by the policy in force, how many leads reached it today, and when last."""

    step: str
    tell: tuple[str, ...]
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An open supervision order, without a word of its ticket."""

    ticket_no: str
    unit_name: str
    ground: str
    state: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Figures of a scope. ``late_orders``: open orders that wait for an answer past their limit."""

    total: Tally
    blocks: tuple[Block, ...]
    kinds: tuple[KindRow, ...]
    steps: tuple[StepRow, ...]
    orders: tuple[OrderRow, ...]
    late_orders: int


def board_of(
    session: Session, city: Reference, scope: frozenset[int] | None, *, since: datetime, at: datetime
) -> Board:
    """The board of these units (None: of the city) at ``at``; ``since``: when the local day began."""
    ids = None if scope is None else sorted(scope)
    blocks = rollup.blocks(city, scope, counting.by_unit(session, ids, at=at))
    found = orders.open_orders(session, scope, limit=ORDERS_SHOWN)
    told = counting.told(session, ids, since=since, at=at)
    return Board(
        total=rollup.total(blocks),
        blocks=blocks,
        kinds=tuple(rollup.kinds(city, counting.by_category(session, ids, at=at))),
        steps=tuple(_steps(city, told)),
        orders=tuple(_order(row.SupervisionOrder, row.Ticket.ticket_no, city) for row in found),
        late_orders=orders.overdue_count(session, scope, at=at),
    )


def figure_named(word: str | None, default: str = "overdue") -> str:
    """One of the figures; the default for anything else."""
    return word if word in FIGURES else default


def _steps(city: Reference, told: list[Told]) -> list[StepRow]:
    """In the order of the policy's ladder; steps of an earlier policy after them."""
    places = {step.name: (place, step.tell) for place, step in enumerate(city.policy.ladder)}
    rows = [StepRow(one.step, places.get(one.step, (0, ()))[1], one.count, one.last_at) for one in told]
    return sorted(rows, key=lambda row: (places.get(row.step, (len(places), ()))[0], row.step))


def _order(order: SupervisionOrder, ticket_no: str, city: Reference) -> OrderRow:
    return OrderRow(ticket_no, city.by_id[order.unit_id].name, order.ground, order.state, order.due_at)
