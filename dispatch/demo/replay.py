"""The replayed month: one loop over the agenda and the sweep's next instant, in simulated time, through the real services."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dispatch.demo.agents import Agents
from dispatch.demo.calls import Call
from dispatch.demo.hotline_desk import Adjudicator, Dispatchers, Operators
from dispatch.demo.units import Units
from dispatch.demo.world import World

# Well within the minute by which a follow-up may open late; what comes due together is swept together.
_SWEEP_AFTER: Final = timedelta(seconds=45)
_HELD_SECONDS: Final = 0.02


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
    while (at := world.agenda.next_at()) is not None:
        _sweep_until(world, at)
        at, action = world.agenda.pop()
        action(at)
        progress(operators.accepted, at)
    _sweep_until(world, world.window.ends_at)
    return Outcome(operators.accepted, dict(world.desk.refused))


def _sweep_until(world: World, end: datetime) -> None:
    """Sweep whatever comes due before ``end``."""
    while world.sweep_at is not None and world.sweep_at < end:
        before = world.sweep_at
        world.sweep(min(before + _SWEEP_AFTER, end))
        if world.sweep_at == before:
            time.sleep(_HELD_SECONDS)  # somebody holds that ticket
