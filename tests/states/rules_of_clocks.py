"""Rules of the machine: extensions and suspensions."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from dispatch.tickets import extending, suspending
from tests.states.playing import MOST, Playing, end_of, unit_of
from tests.states.rules_of_leads import lives, pick


class ClockRules(Playing):
    """Asked for, decided, reviewed."""

    @lives
    @rule(pick=pick, days=st.integers(1, 9))
    def ask_extension(self, pick: int, days: int) -> None:
        ticket_id, life = self.one(pick)
        asking = {"unit_id": self.desk.unit_id(unit_of(life)), "amount": f"{days}nd", "reason": "等待"}
        allowed = life.ask_extension(days, self.desk.at)
        self.agree("ask_extension", lambda: self.run_known(extending.ask_extension, ticket_id, **asking), allowed)

    @precondition(lambda self: any(life.asked for life in self.lives.values()))
    @rule(pick=pick, is_granted=st.booleans())
    def decide_extension(self, pick: int, is_granted: bool) -> None:
        ticket_id, life = self.one(pick, lambda life: life.asked)
        decision = {"is_granted": is_granted, "reason": "可", "unit_id": None}
        allowed = life.decide_extension(is_granted, self.desk.at)
        self.agree(
            "decide_extension", lambda: self.run_known(extending.decide_extension, ticket_id, **decision), allowed
        )

    @lives
    @rule(pick=pick, days=st.integers(1, 12))
    def ask_suspension(self, pick: int, days: int) -> None:
        ticket_id, life = self.one(pick)
        until = self.day(days)
        asking = {"unit_id": self.desk.unit_id(unit_of(life)), "measures": "列入计划", "until": until}
        allowed = life.ask_suspension(end_of(until))
        self.agree("ask_suspension", lambda: self.run_known(suspending.ask_suspension, ticket_id, **asking), allowed)

    @precondition(lambda self: any(life.suspension_asked for life in self.lives.values()))
    @rule(pick=pick, is_approved=st.booleans())
    def decide_suspension(self, pick: int, is_approved: bool) -> None:
        ticket_id, life = self.one(pick, lambda life: life.suspension_asked)
        # A day that is today is no more to be named, though it ends later.
        asked = life.suspension_asked
        if is_approved and asked is not None and asked - timedelta(days=1) <= self.desk.at:
            return
        decision = {"is_approved": is_approved, "reason": "可", "unit_id": None}
        allowed = life.decide_suspension(is_approved, self.desk.at)
        self.agree(
            "decide_suspension", lambda: self.run_known(suspending.decide_suspension, ticket_id, **decision), allowed
        )

    @precondition(lambda self: any(life.state == "suspended" for life in self.lives.values()))
    @rule(pick=pick, days=st.one_of(st.none(), st.integers(1, 9)))
    def review(self, pick: int, days: int | None) -> None:
        ticket_id, life = self.one(pick, lambda life: life.state == "suspended")
        until = self.day(days) if days else None
        allowed = life.review(end_of(until) if until else None, self.desk.at)
        review = {"until": until, "reason": "核", "unit_id": None}
        self.agree("review", lambda: self.run_known(suspending.review_suspension, ticket_id, **review), allowed)

    @lives
    @rule(pick=st.integers(0, MOST - 1), days=st.integers(2, 6), again=st.one_of(st.none(), st.integers(1, 9)))
    def suspend_and_review(self, pick: int, days: int, again: int | None) -> None:
        """All of it on one ticket: of moves that each wait for chance the last would hardly ever come."""
        self.ask_suspension(pick, days)
        self.decide_suspension(pick, is_approved=True)
        self.pass_time(self.desk.at + timedelta(days=days - 1))
        self.review(pick, again)
