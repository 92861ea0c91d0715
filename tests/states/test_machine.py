"""Random lives over the services on PostgreSQL against the plain second account: no illegal state, no other due instant."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, text

from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.audit import verify
from dispatch.kernel.errors import DomainError
from dispatch.limits import sweep
from dispatch.tickets import extending, queries, reassigning, suspending
from dispatch.tickets.models import Assignment, Card
from tests.states.model import WEEK, ZONE, Lead, Life
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

IS_DEEP = os.environ.get("HOTLINE_DEEP") == "1"
EXAMPLES, STEPS = (400, 50) if IS_DEEP else (20, 50)
UNITS = ("110001", "110002", "120001")
LAST = MONDAY + timedelta(days=50)  # no day off before the end of December
TICK = timedelta(microseconds=1)
unit = st.sampled_from(UNITS)


class Lives(RuleBasedStateMachine):
    """A few tickets, any verb by the unit that has them, and time that goes on with everything due on the way."""

    desk: Desk
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        desk = type(self).desk
        desk.run(
            lambda session: session.execute(text("TRUNCATE ticket, outbox, effect, notice, ticket_number CASCADE"))
        )
        desk.at = MONDAY
        self.lives: dict[int, Life] = {}

    @precondition(lambda self: len(self.lives) < 3)
    @rule()
    def accept(self) -> None:
        at = self.desk.at
        accepted = self.desk.accept()
        self.lives[accepted.ticket_id] = Life(at, [Lead("110001", at)], dispatched_at=at)

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2))
    def acknowledge(self, pick: int) -> None:
        ticket_id, life = self._one(pick)
        self._do(lambda: self.desk.acknowledge(ticket_id, _unit(life)), life.acknowledge)

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2))
    def complete(self, pick: int) -> None:
        ticket_id, life = self._one(pick)
        self._do(lambda: self.desk.complete(ticket_id, _unit(life)), lambda: life.complete(self.desk.at))

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2))
    def dispute(self, pick: int) -> None:
        ticket_id, life = self._one(pick)
        self._do(lambda: self.desk.dispute(ticket_id, _unit(life)), lambda: life.dispute(self.desk.at))

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2), ruling=st.sampled_from(["upheld", "refused", "designated"]), to=unit)
    def rule_dispute(self, pick: int, ruling: str, to: str) -> None:
        ticket_id, life = self._one(pick)
        target = None if ruling == "refused" else to
        self._do(lambda: self.desk.rule(ticket_id, ruling, target), lambda: life.rule(ruling, target, self.desk.at))

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2), to=unit)
    def send_on(self, pick: int, to: str) -> None:
        ticket_id, life = self._one(pick)
        if life.state == "awaiting_dispatch":
            self._do(lambda: self.desk.dispatch(ticket_id, to), lambda: life.dispatch(to, self.desk.at))
        else:
            self._do(
                lambda: self._run(reassigning.reassign, ticket_id, unit_code=to, reason="派错"),
                lambda: life.reassign(to, self.desk.at),
            )

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2), days=st.integers(1, 9))
    def ask_extension(self, pick: int, days: int) -> None:
        ticket_id, life = self._one(pick)
        self._do(
            lambda: self._run(
                extending.ask_extension,
                ticket_id,
                unit_id=self.desk.unit_id(_unit(life)),
                amount=f"{days}nd",
                reason="等待",
            ),
            lambda: life.ask_extension(days, self.desk.at),
        )

    @precondition(lambda self: any(life.asked for life in self.lives.values()))
    @rule(pick=st.integers(0, 2), is_granted=st.booleans())
    def decide_extension(self, pick: int, is_granted: bool) -> None:
        ticket_id, life = self._one(pick)
        self._do(
            lambda: self._run(extending.decide_extension, ticket_id, is_granted=is_granted, reason="可", unit_id=None),
            lambda: life.decide_extension(is_granted, self.desk.at),
        )

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2), days=st.integers(1, 12))
    def ask_suspension(self, pick: int, days: int) -> None:
        ticket_id, life = self._one(pick)
        until = self._day(days)
        self._do(
            lambda: self._run(
                suspending.ask_suspension,
                ticket_id,
                unit_id=self.desk.unit_id(_unit(life)),
                measures="列入计划",
                until=until,
            ),
            lambda: life.ask_suspension(_end(until)),
        )

    @precondition(lambda self: any(life.suspension_asked for life in self.lives.values()))
    @rule(pick=st.integers(0, 2), is_approved=st.booleans())
    def decide_suspension(self, pick: int, is_approved: bool) -> None:
        ticket_id, life = self._one(pick)
        # A day that is today is no more to be named, though it ends later.
        asked = life.suspension_asked
        if is_approved and asked is not None and asked - timedelta(days=1) <= self.desk.at:
            return
        self._do(
            lambda: self._run(
                suspending.decide_suspension, ticket_id, is_approved=is_approved, reason="可", unit_id=None
            ),
            lambda: life.decide_suspension(is_approved, self.desk.at),
        )

    @precondition(lambda self: any(life.state == "suspended" for life in self.lives.values()))
    @rule(pick=st.integers(0, 2), days=st.one_of(st.none(), st.integers(1, 9)))
    def review(self, pick: int, days: int | None) -> None:
        ticket_id, life = self._one(pick)
        until = self._day(days) if days else None
        self._do(
            lambda: self._run(suspending.review_suspension, ticket_id, until=until, reason="核", unit_id=None),
            lambda: life.review(_end(until) if until else None, self.desk.at),
        )

    @precondition(lambda self: self.lives)
    @rule(pick=st.integers(0, 2), is_reached=st.booleans())
    def attempt(self, pick: int, is_reached: bool) -> None:
        ticket_id, life = self._one(pick)
        answers = {"contacted": True, "solved": "yes", "satisfaction": "satisfied"} if is_reached else {}
        outcome = "reached" if is_reached else "no_answer"
        self._do(
            lambda: self.desk.attempt(ticket_id, outcome, **answers), lambda: life.attempt(is_reached, self.desk.at)
        )

    @rule(span=st.sampled_from([timedelta(hours=1), timedelta(hours=9), timedelta(days=1), timedelta(days=4), WEEK]))
    def wait(self, span: timedelta) -> None:
        """Time passes; the sweep runs at each instant at which something comes due."""
        target = min(self.desk.at + span, LAST)
        while True:
            due = self.desk.run(sweep.next_instant)
            if due is None or due + TICK > target:
                break
            self._sweep_at(max(due + TICK, self.desk.at))
        self._sweep_at(target)

    @invariant()
    def stands_as_the_rules_say(self) -> None:
        type(self).steps += 1
        for ticket_id, life in self.lives.items():
            assert self._standing(ticket_id) == _expected(life)

    def teardown(self) -> None:
        """Every chain of events is whole, whatever was refused on the way."""
        assert [found for found in verify(self.desk.engine) if not isinstance(found, int)] == []

    def _sweep_at(self, at: datetime) -> None:
        self.desk.at = at
        while self.desk.sweep():
            pass
        for life in self.lives.values():
            life.sweep(at)

    def _standing(self, ticket_id: int) -> dict[str, Any]:
        def read(session: Any) -> dict[str, Any]:
            ticket = queries.lock_ticket(session, ticket_id)
            lead = queries.lead_in_force(session, ticket)
            opened = session.scalars(select(FollowUp.state).where(FollowUp.ticket_id == ticket_id)).all()
            cards = select(Card.due_at, Card.assignment_number).where(
                Card.ticket_id == ticket_id, Card.colour == "red", Card.withdrawn_at.is_(None)
            )
            sent = select(Assignment.number).where(Assignment.ticket_id == ticket_id, Assignment.role == "lead")
            return {
                "state": ticket.state,
                "due_at": ticket.due_at,
                "returns": ticket.returns,
                "leads": len(session.scalars(sent).all()),
                "lead": lead and (self.desk.reference.by_id[lead.unit_id].code, lead.state, lead.due_at),
                "follow_up": opened[0] if opened else None,
                "red": sorted(row.due_at for row in session.execute(cards)),
            }

        return self.desk.run(read)

    def _do(self, act: Callable[[], object], allowed: Callable[[], bool]) -> None:
        """The service does it exactly where the second account allows it."""
        is_allowed = allowed()
        if is_allowed:
            act()
            return
        with pytest.raises(DomainError):
            act()

    def _run(self, verb: Callable[..., object], ticket_id: int, **values: Any) -> object:
        desk = self.desk
        return desk.run(verb, ticket_id, reference=desk.reference, actor="account:7", at=desk.at, **values)

    def _one(self, pick: int) -> tuple[int, Life]:
        ticket_id = sorted(self.lives)[pick % len(self.lives)]
        return ticket_id, self.lives[ticket_id]

    def _day(self, days: int) -> date:
        return (self.desk.at.astimezone(ZONE) + timedelta(days=days)).date()


def _unit(life: Life) -> str:
    return life.lead.unit if life.lead else "110001"


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=1)


def _expected(life: Life) -> dict[str, Any]:
    lead = life.lead
    return {
        "state": life.state,
        "due_at": life.due_at(),
        "returns": life.returns,
        "leads": len(life.leads),
        "lead": lead and (lead.unit, lead.state, life.lead_due_at(lead)),
        "follow_up": life.follow_up,
        "red": sorted(life.red()),
    }


def test_agree_with_a_second_account_when_anything_is_done_in_any_order(desk: Desk) -> None:
    machine = type("TheseLives", (Lives,), {"desk": desk, "steps": 0})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if IS_DEEP else []),
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.steps >= EXAMPLES * STEPS // 2
