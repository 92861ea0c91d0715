"""Rules of the machine: supports, and what is passed on to a second level."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.hops import services as hops
from dispatch.tickets.models import Assignment
from tests.states.account.voices import Life
from tests.states.playing import Playing
from tests.states.rules_of_leads import lives, pick

BELOW = ("110001001", "110001001-1", "110002001")
HELPING = ("E-01", "110002", "120001", "110001001")
part = st.sampled_from([("support", unit) for unit in HELPING] + [("handler", unit) for unit in BELOW])
days = st.integers(1, 9)
helped = precondition(lambda self: any(one.is_open for life in self.lives.values() for one in life.helpers))


class HelperRules(Playing):
    """Asked for, passed on, signed for, reported, let go."""

    @lives
    @rule(pick=pick, unit=st.sampled_from([*HELPING, "110001"]), days=days)
    def ask_support(self, pick: int, unit: str, days: int) -> None:
        ticket_id, life = self.one(pick)
        asking = {"unit_code": unit, "task": "协助", "limit": f"{days}nd"}
        allowed = life.ask_support(unit, days, self.desk.at)
        self.agree("ask_support", lambda: self.run_known(hops.ask_support, ticket_id, **asking), allowed)

    @lives
    @rule(pick=pick, holder=st.sampled_from(["110001", "110001001", "110002"]), unit=st.sampled_from(BELOW), days=days)
    def pass_on(self, pick: int, holder: str, unit: str, days: int) -> None:
        ticket_id, life = self.one(pick, lambda life: life.lead and life.lead.state == "acknowledged")
        if self.is_aimed(pick):
            holder, unit = "110001", BELOW[0]
        task = {"unit_id": self.desk.unit_id(holder), "unit_code": unit, "task": "入户", "limit": f"{days}nd"}
        allowed = life.pass_on(holder, unit, days, self.desk.at)
        self.agree("pass_on", lambda: self.run_known(hops.pass_on, ticket_id, **task), allowed)

    @helped
    @rule(pick=pick, part=part)
    def sign(self, pick: int, part: tuple[str, str]) -> None:
        ticket_id, life, part = self._part(pick, part)
        self._agree_on_part("sign", hops.acknowledge, ticket_id, part, life.sign)

    @helped
    @rule(pick=pick, part=part)
    def report(self, pick: int, part: tuple[str, str]) -> None:
        ticket_id, life, part = self._part(pick, part)
        self._agree_on_part("report", hops.report, ticket_id, part, life.report, words="已核实")

    @helped
    @rule(pick=pick, part=part)
    def let_go(self, pick: int, part: tuple[str, str]) -> None:
        ticket_id, life, part = self._part(pick, part)
        self._agree_on_part("let_go", hops.let_go, ticket_id, part, life.let_go, reason="不需要")

    @lives
    @rule(pick=pick, days=days)
    def pass_down_and_hear_back(self, pick: int, days: int) -> None:
        self.pass_on(pick, "110001", BELOW[0], days)
        handler = ("handler", BELOW[0])
        self.sign(pick, handler)
        self.report(pick, handler)

    def _part(self, pick: int, part: tuple[str, str]) -> tuple[int, Life, tuple[str, str]]:
        ticket_id, life = self.one(pick, lambda life: any(one.is_open for one in life.helpers))
        running = [one for one in life.helpers if one.is_open]
        if self.is_aimed(pick) and running:
            part = running[-1].role, running[-1].unit
        return ticket_id, life, part

    def _agree_on_part(
        self,
        name: str,
        verb: Callable[..., object],
        ticket_id: int,
        part: tuple[str, str],
        move: Callable[[str, str], bool],
        **said: str,
    ) -> None:
        """On the unit's last part in that role; there may be none."""
        role, unit = part
        last = (
            select(Assignment.number)
            .where(Assignment.ticket_id == ticket_id, Assignment.role == role)
            .where(Assignment.unit_id == self.desk.unit_id(unit))
            .order_by(Assignment.number.desc())
        )

        def read(session: Session) -> int | None:
            return session.scalars(last).first()

        number = self.desk.run(read) or 99
        self.agree(f"{name}_{role}", lambda: self.run_verb(verb, ticket_id, number=number, **said), move(role, unit))
