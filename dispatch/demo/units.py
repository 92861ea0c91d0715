"""What units do in the replay: sign, call, act and answer — or dispute. Each by its own nature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from dispatch.access.contact import contact_reporter
from dispatch.demo.actors import awake, handling, words
from dispatch.demo.cases import Case
from dispatch.demo.world import World
from dispatch.hops import services as hops
from dispatch.limits.procedure import span_end
from dispatch.limits.rules import Limit
from dispatch.tickets import disputing, services
from dispatch.tickets.disputing import Ground

# What a unit with a printed log-in got in the last day and a half waits for whoever logs in.
LEFT_FOR_YOU: Final = timedelta(hours=36)
_REPORTS: Final = 0.3
_PASSED_DOWN: Final = timedelta(
    days=4
)  # what came in these days waits for the street's grid worker, where one has a log-in
_SIGNS_AFTER: Final = timedelta(minutes=20)
_PASSES_AFTER: Final = timedelta(minutes=35)
_TASK: Final = "请到现场查看，拍照后反馈情况。"
_SIGNS_BEFORE_DISPUTE: Final = 0.5
_DISPUTE_WITHIN: Final = timedelta(hours=8)


class Units:
    """Every unit of the city. ``on_dispute(case, raised_at, ruling_due_at)`` is told of each dispute."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.on_dispute: Callable[[Case, datetime, datetime], None] | None = None

    def receive(self, case: Case) -> None:
        """A ticket arrives: plan what its unit will do."""
        world = self.world
        if world.has_log_in(case.unit.code) and case.sent_at > world.window.ends_at - LEFT_FOR_YOU:
            return
        if case.unit.code in world.staff.grids and case.is_mine and case.sent_at > world.window.ends_at - _PASSED_DOWN:
            self._plan_passing_down(case)
            return
        wants_to_keep = case.is_mine and world.rng.random() >= world.traits(case.unit.code).dispute_chance
        if case.may_dispute and not wants_to_keep and self._plans_dispute(case):
            return
        self.handle(case, case.sent_at)

    def handle(self, case: Case, since: datetime) -> None:
        """Plan the work on a case from ``since`` on."""
        world = self.world
        nature = world.traits(case.unit.code)
        plan = handling(world.rng, nature, sent_at=since, due_at=max(case.due_at, since), zone=world.zone)
        if not case.is_acknowledged:
            world.plan(plan.acknowledge_at, partial(self._acknowledge, case), ticket_id=case.ticket_id)
        if plan.contact_at:
            world.plan(plan.contact_at, partial(self._contact, case), ticket_id=case.ticket_id)
        if plan.complete_at:
            world.plan(plan.complete_at, partial(self._complete, case, plan.is_explained), ticket_id=case.ticket_id)

    def _plan_passing_down(self, case: Case) -> None:
        world = self.world
        world.plan(case.sent_at + _SIGNS_AFTER, partial(self._acknowledge, case), ticket_id=case.ticket_id)
        world.plan(case.sent_at + _PASSES_AFTER, partial(self._pass_down, case), ticket_id=case.ticket_id)

    def _pass_down(self, case: Case, at: datetime) -> None:
        self.world.desk.do(
            hops.pass_on,
            case.ticket_id,
            unit_id=case.unit.unit_id,
            unit_code=self.world.staff.grids[case.unit.code],
            task=_TASK,
            reference=self.world.reference,
            actor=self.world.officer(case.unit, at),
            at=at,
        )

    def _plans_dispute(self, case: Case) -> bool:
        """Plan it, if there is a moment inside the window at which somebody is at work."""
        world = self.world
        window = world.reference.terms(case.sent_at).policy.procedure.window_of(Limit.parse(case.limit))
        closes_at = span_end(case.sent_at, window.window, world.reference.calendar)
        latest = min(closes_at, case.sent_at + _DISPUTE_WITHIN)
        wanted = case.sent_at + (latest - case.sent_at) * world.rng.uniform(0.1, 0.9)
        has_night_duty = world.traits(case.unit.code).has_night_duty
        at = awake(wanted, world.zone, world.rng, has_night_duty=has_night_duty)
        if at >= closes_at:
            return False
        if world.rng.random() < _SIGNS_BEFORE_DISPUTE:
            world.plan(
                case.sent_at + (at - case.sent_at) / 2, partial(self._acknowledge, case), ticket_id=case.ticket_id
            )
            case = replace(case, is_acknowledged=True)
        world.plan(at, partial(self._dispute, case), ticket_id=case.ticket_id)
        return True

    def _acknowledge(self, case: Case, at: datetime) -> None:
        self.world.desk.do(
            services.acknowledge,
            case.ticket_id,
            unit_id=case.unit.unit_id,
            actor=self.world.officer(case.unit, at),
            at=at,
        )

    def _contact(self, case: Case, at: datetime) -> None:
        """The logged look at the number, then the note that they have spoken; a confidential caller is connected by the hotline."""
        world, actor = self.world, self.world.officer(case.unit, at)
        if case.is_confidential:
            self._note_contact(case, actor, at)
            return
        world.desk.do(
            contact_reporter,
            case.ticket_id,
            vault=world.vault,
            unit_id=case.unit.unit_id,
            purpose=words(world.rng, "purpose"),
            shown_minutes=world.reference.procedure.contact_shown_minutes,
            actor=actor,
            at=at,
            then=lambda _shown: self._note_contact(case, actor, at),
        )

    def _note_contact(self, case: Case, actor: str, at: datetime) -> None:
        self.world.desk.do(services.first_contact, case.ticket_id, unit_id=case.unit.unit_id, actor=actor, at=at)

    def _complete(self, case: Case, is_explained: bool, at: datetime) -> None:
        world = self.world
        world.desk.do(
            services.complete,
            case.ticket_id,
            unit_id=case.unit.unit_id,
            answer=words(world.rng, "explained" if is_explained else "answer"),
            report=words(world.rng, "report") if world.rng.random() < _REPORTS else None,
            is_explained=is_explained,
            reference=world.reference,
            actor=world.officer(case.unit, at),
            at=at,
            then=lambda _done: world.moments.completed(case.ticket_id),
        )

    def _dispute(self, case: Case, at: datetime) -> None:
        world = self.world
        ground = world.rng.choice(list(Ground)) if case.is_mine else Ground.OUTSIDE_DUTY
        world.desk.do(
            disputing.dispute,
            case.ticket_id,
            unit_id=case.unit.unit_id,
            ground=ground,
            reason=words(world.rng, f"dispute_{ground}"),
            reference=world.reference,
            actor=world.officer(case.unit, at),
            at=at,
            read=lambda _session, raised: raised.ruling_due_at,
            then=partial(self._raised, case, at),
        )

    def _raised(self, case: Case, at: datetime, ruling_due_at: datetime) -> None:
        self.world.expect(ruling_due_at + datetime.resolution, case.ticket_id)
        if self.on_dispute:
            self.on_dispute(case, at, ruling_due_at)
