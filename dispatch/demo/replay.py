"""The replayed month: one loop over the agenda and the sweep's next instant, in simulated time, through the real services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from dispatch.demo.agents import Agents
from dispatch.demo.calls import Call
from dispatch.demo.desk import SWEEP
from dispatch.demo.hotline_desk import Adjudicator, Dispatchers, Operators
from dispatch.demo.supervisors import Supervisors
from dispatch.demo.units import Units
from dispatch.demo.world import SWEEP_BATCH, World
from dispatch.limits.agenda import ACTOR

# Well within the minute by which a follow-up may open late; what comes due together is swept together.
_SWEEP_AFTER: Final = timedelta(seconds=45)
_THE_SWEEP: Final = 0  # no ticket's number


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the replay did. ``refused``: calls that a rule refused, by code (people acted beside it)."""

    tickets: int
    refused: dict[str, int]


def replay(
    world: World,
    calls: Iterator[Call],
    *,
    targets: tuple[str, ...],
    progress: Callable[[int, datetime], None],
) -> Outcome:
    """Live through the window of ``world``; ``progress(tickets so far, simulated instant)`` is told after every step.

    Simulated time never runs backwards, and nothing that comes due is passed over: the sweep runs before whatever is later.
    """
    units = Units(world)
    dispatchers = Dispatchers(world, units, targets)
    units.on_dispute = Adjudicator(world, units, dispatchers).receive
    operators = Operators(world, units, dispatchers, calls)
    Agents(world)
    Supervisors(world)
    while _step(world):
        progress(operators.accepted, world.now)
    world.desk.drain()
    while world.desk.look(partial(world.sweep_once, world.window.ends_at)) >= SWEEP_BATCH:
        pass
    return Outcome(operators.accepted, dict(world.desk.refused))


def _step(world: World) -> bool:
    """Begin what comes next, or wait for what is under way; False when the month is over."""
    planned, moment = world.agenda.next(), world.moments.next_at()
    if planned is None and moment is None:
        if not world.desk.is_busy:
            return False
        world.desk.finish_oldest()
    elif moment is not None and (planned is None or moment < planned[0]):
        _sweep(world, min(moment + _SWEEP_AFTER, planned[0] if planned else world.window.ends_at))
    elif planned is not None:
        _act(world, *planned)
    return True


def _act(world: World, at: datetime, ticket_id: int | None) -> None:
    if world.desk.must_wait(at, frozenset() if ticket_id is None else frozenset({ticket_id})):
        world.desk.finish_oldest()
        return
    at, action = world.agenda.take()
    world.now = max(world.now, at)
    action(at)


def _sweep(world: World, at: datetime) -> None:
    """Sweep at ``at``, one sweep at a time: two would take each other's tickets, the later one too late."""
    tickets = world.moments.until(at) | {_THE_SWEEP}
    if world.desk.must_wait(at, tickets):
        world.desk.finish_oldest()
        return
    world.moments.take_until(at)
    world.desk.submit(SWEEP, tickets, partial(world.sweep_once, at), at=at, actor=ACTOR)
