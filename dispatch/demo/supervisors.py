"""What supervisors do in the replay: each working morning they order the units that are latest, and review the answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.demo.actors import awake, words
from dispatch.demo.world import World
from dispatch.supervision import services
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.services import URGEABLE
from dispatch.supervision.states import OrderGround, OrderState
from dispatch.tickets.models import Assignment, LadderStep, Ticket

_MORNING: Final = timedelta(days=1)
_MOST_A_DAY: Final = 3
_ANSWERED_IN_TIME: Final = 0.8
_CITY: Final[dict[str, None]] = {"units": None, "issuing_unit_id": None}


class Supervisors:
    """The city's supervision desk."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._plan_morning(world.window.starts_at)

    def _plan_morning(self, at: datetime) -> None:
        world = self.world
        following = awake(at + _MORNING, world.zone, world.rng, has_night_duty=False)
        world.plan(following, self._morning)

    def _morning(self, at: datetime) -> None:
        self._plan_morning(at)
        for ticket_id, unit_id in self.world.desk.look(self._latest):
            self._order(ticket_id, unit_id, at)

    def _latest(self, session: Session) -> list[tuple[int, int]]:
        """Tickets of which the ladder has told the district that they are days late, and nobody has ordered anything yet."""
        ordered = select(SupervisionOrder.ticket_id).where(SupervisionOrder.ticket_id == Ticket.ticket_id)
        rows = session.execute(
            select(Ticket.ticket_id, Assignment.unit_id)
            .join(LadderStep, LadderStep.ticket_id == Ticket.ticket_id)
            .join(
                Assignment,
                (Assignment.ticket_id == LadderStep.ticket_id) & (Assignment.number == LadderStep.assignment_number),
            )
            .where(LadderStep.step.startswith("+"), Ticket.state.in_(URGEABLE), Ticket.unit_id == Assignment.unit_id)
            .where(Assignment.completed_at.is_(None), Assignment.withdrawn_at.is_(None), ~ordered.exists())
            .group_by(Ticket.ticket_id, Assignment.unit_id)
            .order_by(Ticket.ticket_id)
            .limit(_MOST_A_DAY)
        )
        return [(row.ticket_id, row.unit_id) for row in rows]

    def _order(self, ticket_id: int, unit_id: int, at: datetime) -> None:
        world = self.world
        world.desk.do(
            services.issue,
            ticket_id,
            ground=OrderGround.OVERDUE,
            words=words(world.rng, "order"),
            reference=world.reference,
            actor=world.staff.actors["city1"],
            at=at,
            read=lambda _session, order: order.due_at,
            then=partial(self._ordered, ticket_id, unit_id, at),
            **_CITY,
        )

    def _ordered(self, ticket_id: int, unit_id: int, at: datetime, due_at: datetime) -> None:
        world = self.world
        share = world.rng.uniform(0.2, 0.95) if world.rng.random() < _ANSWERED_IN_TIME else 1.2
        answers_at = awake(at + (due_at - at) * share, world.zone, world.rng, has_night_duty=False)
        world.plan(answers_at, partial(self._answer, ticket_id, unit_id), ticket_id=ticket_id)

    def _answer(self, ticket_id: int, unit_id: int, at: datetime) -> None:
        world = self.world
        world.desk.do(
            services.answer,
            ticket_id,
            words=words(world.rng, "order_answer"),
            units=frozenset({unit_id}),
            reference=world.reference,
            actor=world.officer(world.reference.by_id[unit_id], at),
            at=at,
            then=lambda _done: self._plan_review(ticket_id, at),
        )

    def _plan_review(self, ticket_id: int, at: datetime) -> None:
        world = self.world
        reviews_at = awake(at + timedelta(hours=world.rng.uniform(1, 6)), world.zone, world.rng, has_night_duty=False)
        world.plan(reviews_at, partial(self._review, ticket_id), ticket_id=ticket_id)

    def _review(self, ticket_id: int, at: datetime) -> None:
        world = self.world
        world.desk.do(
            services.review,
            ticket_id,
            decision=OrderState.ACCEPTED,
            words="",
            units=None,
            reference=world.reference,
            actor=world.staff.actors["city1"],
            at=at,
        )
