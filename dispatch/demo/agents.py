"""What the follow-up agents do in the replay: work off the queue in rounds of half an hour, by day."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dispatch.demo.actors import Experience, answers, awake
from dispatch.demo.world import World
from dispatch.follow_ups import queries, services
from dispatch.follow_ups.models import FollowUp
from dispatch.tickets.models import Ticket

LEFT_FOR_YOU: Final = timedelta(hours=4)
_ROUND: Final = timedelta(minutes=30)
_BATCH: Final = 500
_UNKNOWN_QUALITY: Final = 0.5


class _Waiting(NamedTuple):
    ticket_id: int
    experience: Experience


class Agents:
    """The follow-up desk."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._plan_round(world.window.starts_at)

    def _plan_round(self, at: datetime) -> None:
        world = self.world
        following = awake(at + _ROUND, world.zone, world.rng, has_night_duty=False)
        if following < world.window.ends_at - LEFT_FOR_YOU:
            world.plan(following, self._round)

    def _round(self, at: datetime) -> None:
        world = self.world
        self._plan_round(at)
        if waiting := world.desk.look(partial(self._queue, at)):
            step = _ROUND / len(waiting)
            for place, item in enumerate(waiting):
                world.plan(
                    at + step * (place + 0.9 * world.rng.random()),
                    partial(self._attempt, item),
                    ticket_id=item.ticket_id,
                )

    def _queue(self, at: datetime, session: Session) -> list[_Waiting]:
        rows = queries.queue(session, at=at, limit=_BATCH)
        return [_Waiting(row[1].ticket_id, self._experience(row)) for row in rows]

    def _experience(self, row: Row[FollowUp, Ticket, str | None]) -> Experience:
        follow_up, ticket = row[0], row[1]
        unit = self.world.reference.by_id.get(follow_up.charged_unit_id or 0)
        return Experience(
            quality=self.world.traits(unit.code).quality if unit else _UNKNOWN_QUALITY,
            was_contacted=ticket.first_contact_at is not None,
            is_completed=ticket.completed_at is not None,
            is_late=bool(ticket.completed_at and ticket.due_at and ticket.completed_at > ticket.due_at),
            is_explained=bool(ticket.is_explained),
        )

    def _attempt(self, item: _Waiting, at: datetime) -> None:
        world = self.world
        said = answers(world.rng, item.experience)
        world.desk.do(
            services.attempt,
            item.ticket_id,
            outcome=said.outcome,
            contacted=said.contacted,
            solved=said.solved,
            satisfaction=said.satisfaction,
            words=said.words,
            reference=world.reference,
            actor=world.person("agent"),
            at=at,
        )
