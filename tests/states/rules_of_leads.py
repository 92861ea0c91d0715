"""Rules of the machine: the lead's verbs, the adjudicator's, the dispatchers', and the passing of time."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import initialize, precondition, rule

from dispatch.supervision import services as supervision
from dispatch.tickets import correcting, reassigning
from tests.states.account.things import WEEK
from tests.states.playing import MOST, Playing, unit_of

UNITS = ("110001", "110002", "120001")
CATEGORIES = ("1604", "1601")  # both of seven days
unit = st.sampled_from(UNITS)
pick = st.integers(0, 2 * MOST - 1)  # the upper half is aimed
lives = precondition(lambda self: self.lives)


class LeadRules(Playing):
    """Taken in, signed, completed, disputed, ruled, sent on, corrected; and waiting."""

    @initialize(apart=st.sampled_from([timedelta(), timedelta(hours=1), timedelta(days=3)]))
    def accept(self, apart: timedelta) -> None:
        for _ in range(MOST):
            self.take_in()
            self.pass_time(self.desk.at + apart)

    @lives
    @rule(pick=pick)
    def acknowledge(self, pick: int) -> None:
        ticket_id, life = self.one(pick)
        self.agree("acknowledge", lambda: self.desk.acknowledge(ticket_id, unit_of(life)), life.acknowledge())

    @lives
    @rule(pick=pick, says_why=st.booleans())
    def complete(self, pick: int, says_why: bool) -> None:
        ticket_id, life = self.one(pick)
        actor, why = unit_of(life), "先行办结" if says_why else None
        allowed = life.complete(self.desk.at, says_why=says_why)
        self.agree("complete", lambda: self.desk.complete(ticket_id, actor, without_supports=why), allowed)

    @lives
    @rule(pick=pick)
    def dispute(self, pick: int) -> None:
        ticket_id, life = self.one(pick)
        allowed = life.dispute(self.desk.at)
        self.agree("dispute", lambda: self.desk.dispute(ticket_id, unit_of(life)), allowed)

    @precondition(lambda self: any(life.disputed_at for life in self.lives.values()))
    @rule(pick=pick, ruling=st.sampled_from(["upheld", "refused", "designated"]), to=unit)
    def rule_dispute(self, pick: int, ruling: str, to: str) -> None:
        ticket_id, life = self.one(pick, lambda life: life.disputed_at)
        target = None if ruling == "refused" else to
        allowed = life.rule(ruling, target, self.desk.at)
        self.agree(ruling, lambda: self.desk.rule(ticket_id, ruling, target), allowed)

    @lives
    @rule(pick=pick, ruling=st.sampled_from(["upheld", "refused", "designated"]), to=unit)
    def settle_dispute(self, pick: int, ruling: str, to: str) -> None:
        """Both at once, because a ruling that waits for chance comes after the silence that upholds."""
        self.dispute(pick)
        self.rule_dispute(pick, ruling, to)

    @lives
    @rule(pick=pick, to=unit)
    def send_on(self, pick: int, to: str) -> None:
        ticket_id, life = self.one(pick)
        if life.state == "awaiting_dispatch":
            allowed = life.dispatch(to, self.desk.at)
            self.agree("dispatch", lambda: self.desk.dispatch(ticket_id, to), allowed)
            return
        allowed = life.reassign(to, self.desk.at)
        self.agree(
            "reassign",
            lambda: self.run_known(reassigning.reassign, ticket_id, unit_code=to, reason="派错"),
            allowed,
        )

    @lives
    @rule(pick=pick, category=st.sampled_from([None, *CATEGORIES]))
    def correct_or_urge(self, pick: int, category: str | None) -> None:
        """What may be said at nearly any time, and moves nothing."""
        ticket_id, life = self.one(pick)
        if category is None:
            self.agree("urge", lambda: self.run_known(supervision.urge, ticket_id, words="请尽快"), life.urge())
            return
        change = {"reason": "核对", "category": category}
        allowed = life.correct(category)
        self.agree("correct", lambda: self.run_known(correcting.correct, ticket_id, **change), allowed)

    @rule(span=st.sampled_from([timedelta(hours=1), timedelta(hours=9), timedelta(days=1), timedelta(days=4), WEEK]))
    def wait(self, span: timedelta) -> None:
        self.pass_time(self.desk.at + span)
