"""What the hotline's own people do in the replay: take calls, dispatch what waits, rule disputes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from dispatch.demo.actors import awake, words
from dispatch.demo.calls import Call
from dispatch.demo.cases import Case, Limits, limits_in_force
from dispatch.demo.units import Units
from dispatch.demo.world import World
from dispatch.limits.cards import red_at, yellow_at
from dispatch.limits.ladder import step_at
from dispatch.limits.rules import Limit
from dispatch.tickets import disputing, intake, reassigning
from dispatch.tickets.intake import Accepted

# So much work of each desk is left to whoever logs in.
WAITING_LEFT: Final = timedelta(hours=12)
DISPUTES_LEFT: Final = timedelta(hours=36)

_SILENT: Final = 0.08
_DESIGNATES: Final = 0.3
_DISPATCHER_MINUTES: Final = (4, 50)
_AFTER_SILENCE: Final = timedelta(minutes=5)


class Dispatchers:
    """Decide where waiting tickets go; they ask the caller back and so know better than the words."""

    def __init__(self, world: World, units: Units, targets: tuple[str, ...]) -> None:
        self.world, self.units, self.targets = world, units, targets

    def receive(self, ticket_id: int, candidates: tuple[str, ...], at: datetime, *, is_confidential: bool) -> None:
        """A ticket of which routing was not sure."""
        world = self.world
        if at > world.window.ends_at - WAITING_LEFT:
            return
        fitting = [code for code in candidates if code in self.targets] or self.targets
        wanted = at + timedelta(minutes=world.rng.uniform(*_DISPATCHER_MINUTES))
        later = awake(wanted, world.zone, world.rng, has_night_duty=False)
        world.plan(
            later, partial(self._dispatch, ticket_id, world.rng.choice(fitting), is_confidential), ticket_id=ticket_id
        )

    def take_back(self, case: Case, at: datetime) -> None:
        """A ticket upheld by silence, first in line."""
        self._dispatch(case.ticket_id, case.right_unit or case.unit.code, case.is_confidential, at)

    def _dispatch(self, ticket_id: int, code: str, is_confidential: bool, at: datetime) -> None:
        world = self.world
        world.desk.do(
            reassigning.dispatch_waiting,
            ticket_id,
            unit_code=code,
            reference=world.reference,
            actor=world.person("operator"),
            at=at,
            read=limits_in_force,
            then=lambda given: self.units.receive(_sent_anew(world, ticket_id, code, given, at, is_confidential)),
        )


class Operators:
    """Take each call in; the next one rings when the last is written down, so only one is kept in memory."""

    def __init__(self, world: World, units: Units, dispatchers: Dispatchers, calls: Iterator[Call]) -> None:
        self.world, self.units, self.dispatchers, self.calls = world, units, dispatchers, calls
        self.accepted = 0
        self.ring()

    def ring(self) -> None:
        """Plan the next call."""
        call = next(self.calls, None)
        if call:
            self.world.plan(call.at, partial(self._accept, call))

    def _accept(self, call: Call, at: datetime) -> None:
        world = self.world
        world.desk.do(
            intake.accept,
            None,
            intake=call.intake,
            reference=world.reference,
            vault=world.vault,
            actor=world.person("operator"),
            at=at,
            read=lambda _session, accepted: accepted,
            then=partial(self._pass_on, call, at),
        )

    def _pass_on(self, call: Call, at: datetime, done: Accepted) -> None:
        self.accepted += 1
        self.ring()
        is_confidential = call.intake.is_confidential
        if done.decision.unit_code is None or done.due_at is None:
            self.dispatchers.receive(done.ticket_id, done.decision.candidates, at, is_confidential=is_confidential)
            return
        case = Case(
            ticket_id=done.ticket_id,
            unit=self.world.reference.by_code[done.decision.unit_code],
            sent_at=at,
            due_at=done.due_at,
            limit=done.limit or "",
            is_confidential=is_confidential,
            right_unit=call.right_unit,
        )
        policy, calendar = self.world.reference.terms(at, case.unit.unit_id)
        warns_at = yellow_at(at, Limit.parse(case.limit), case.due_at, calendar, policy.cards)
        _expect_cards(self.world, case, warns_at)
        self.units.receive(case)


class Adjudicator:
    """Rules disputes: right units keep their tickets, wrong ones lose them, some rulings never come."""

    def __init__(self, world: World, units: Units, dispatchers: Dispatchers) -> None:
        self.world, self.units, self.dispatchers = world, units, dispatchers

    def receive(self, case: Case, raised_at: datetime, ruling_due_at: datetime) -> None:
        """A dispute is raised: plan the ruling, or the dispatcher's turn after silence."""
        world = self.world
        if world.rng.random() < _SILENT:
            later = awake(ruling_due_at + _AFTER_SILENCE, world.zone, world.rng, has_night_duty=False)
            world.plan(later, partial(self.dispatchers.take_back, case), ticket_id=case.ticket_id)
        elif raised_at < world.window.ends_at - DISPUTES_LEFT:
            wanted = raised_at + (ruling_due_at - raised_at) * world.rng.uniform(0.1, 0.7)
            world.plan(wanted, partial(self._rule, case), ticket_id=case.ticket_id)

    def _rule(self, case: Case, at: datetime) -> None:
        world = self.world
        ruling, target = self._decide(case)
        world.desk.do(
            disputing.rule,
            case.ticket_id,
            ruling=ruling,
            unit_code=target,
            reason=words(world.rng, f"ruling_{ruling}"),
            reference=world.reference,
            actor=world.person("adjudicator"),
            at=at,
            read=limits_in_force,
            then=partial(self._ruled, case, ruling, target, at),
        )

    def _ruled(self, case: Case, ruling: disputing.Ruling, target: str | None, at: datetime, given: Limits) -> None:
        if ruling == disputing.Ruling.UPHELD and target:
            sent = _sent_anew(self.world, case.ticket_id, target, given, at, case.is_confidential)
            self.units.receive(sent)
        else:
            self.units.handle(replace(case, may_dispute=False), at)

    def _decide(self, case: Case) -> tuple[disputing.Ruling, str | None]:
        if not case.is_mine:
            return disputing.Ruling.UPHELD, case.right_unit
        if self.world.rng.random() < _DESIGNATES:
            return disputing.Ruling.DESIGNATED, case.unit.code
        return disputing.Ruling.REFUSED, None


def _sent_anew(world: World, ticket_id: int, code: str, given: Limits, at: datetime, is_confidential: bool) -> Case:
    """The case of a ticket that a person sent on; nobody disputes that in the demo."""
    case = Case(
        ticket_id=ticket_id,
        unit=world.reference.by_code[code],
        sent_at=at,
        due_at=given.due_at,
        limit=given.limit,
        is_confidential=is_confidential,
        may_dispute=False,
    )
    _expect_cards(world, case, given.yellow_at)
    return case


def _expect_cards(world: World, case: Case, warns_at: datetime | None) -> None:
    world.expect(warns_at, case.ticket_id, "warning")
    world.expect(red_at(case.due_at), case.ticket_id)
    policy, calendar = world.reference.terms(case.sent_at, case.unit.unit_id)
    for step in policy.ladder:
        moment = step_at(step, case.sent_at, Limit.parse(case.limit), case.due_at, calendar)
        world.expect(moment, case.ticket_id, "step")
