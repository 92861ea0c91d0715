"""Rules of the machine: the caller is asked, comes back, takes it back, repeats another; and supervision."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from dispatch.merging import services as merging
from dispatch.outcomes import withdrawing
from dispatch.supervision import services as supervision
from dispatch.tickets import redoing
from tests.states.account.things import WEEK
from tests.states.playing import Playing, unit_of
from tests.states.rules_of_leads import lives, pick

ANSWERS = {
    "no_answer": ("no_answer", {}),
    "happy": ("reached", {"contacted": True, "solved": "yes", "satisfaction": "satisfied"}),
    "unhappy": ("reached", {"contacted": True, "solved": "no", "satisfaction": "dissatisfied"}),
}
closed = precondition(lambda self: any(life.state == "closed" for life in self.lives.values()))
ordered = precondition(lambda self: any(life.orders for life in self.lives.values()))


class CallerRules(Playing):
    """Follow-up, redo, reopening, withdrawal, merging, urging, orders."""

    @precondition(lambda self: any(life.asking for life in self.lives.values()))
    @rule(pick=pick, answer=st.sampled_from(sorted(ANSWERS)))
    def attempt(self, pick: int, answer: str) -> None:
        ticket_id, life = self.one(pick, lambda life: life.asking)
        outcome, said = ANSWERS[answer]
        allowed = life.attempt(answer, self.desk.at)
        self.agree(f"attempt_{answer}", lambda: self.desk.attempt(ticket_id, outcome, **said), allowed)

    @lives
    @rule(pick=pick, moves=st.integers(1, 5))
    def go_on(self, pick: int, moves: int) -> None:
        """As a ticket usually goes, so that late states and third rounds are met at all."""
        for _ in range(moves):
            self._next_move(pick)

    @lives
    @rule(pick=pick)
    def go_round(self, pick: int) -> None:
        for _ in range(6):
            self._next_move(pick)

    def _next_move(self, pick: int) -> None:
        ticket_id, life = self.one(pick)
        if life.state == "dispatched":
            self.agree("acknowledge", lambda: self.desk.acknowledge(ticket_id, unit_of(life)), life.acknowledge())
        elif life.state == "acknowledged":
            actor, allowed = unit_of(life), life.complete(self.desk.at, says_why=True)
            self.agree("complete", lambda: self.desk.complete(ticket_id, actor, without_supports="已办"), allowed)
        elif life.state == "closed":
            self.redo(pick)
        elif life.asking is not None and life.asking.is_waiting:
            self.attempt(pick, "unhappy")
        else:
            self.pass_time(self.desk.at + WEEK)

    @closed
    @rule(pick=pick)
    def redo(self, pick: int) -> None:
        ticket_id, life = self.one(pick)
        allowed = life.redo(self.desk.at)
        self.agree("redo", lambda: self.run_known(redoing.redo, ticket_id, reason="未解决"), allowed)

    @closed
    @rule(pick=pick)
    def reopen(self, pick: int) -> None:
        ticket_id, life = self.one(pick)
        allowed, made = life.reopen(self.desk.at)
        found: list[redoing.Reopened] = []
        asking = {"reason": "又来了", "vault": self.desk.vault}
        self.agree("reopen", lambda: found.append(self.run_known(redoing.reopen, ticket_id, **asking)), allowed)
        if allowed:
            assert found[0].is_new == (made is not None)
        if made is not None:
            made.number = self.id_of(found[0].ticket_no)
            self.lives[made.number] = made

    @lives
    @rule(pick=pick, is_sure=st.integers(0, 3))
    def withdraw(self, pick: int, is_sure: int) -> None:
        if is_sure:  # rarely: nothing follows on it
            return
        ticket_id, life = self.one(pick, lambda life: life.voices)
        name = "withdraw_first" if life.voices else "withdraw"
        allowed = life.withdraw(self.desk.at)
        self.agree(name, lambda: self.run_known(withdrawing.withdraw, ticket_id, reason="不用了"), allowed)

    @precondition(lambda self: len(self.lives) > 1)
    @rule(pick=pick, other=pick)
    def merge(self, pick: int, other: int) -> None:
        ticket_id, life = self.one(pick)
        other_id, into = self.one(other)
        number = self.desk.ticket(other_id).ticket_no
        into = into.into or into
        ids = {id(one): key for key, one in self.lives.items()}
        older, younger = sorted((life, into), key=lambda one: ids[id(one)])
        allowed = life.into is None and older.absorb(younger, self.desk.at)
        self.agree("merge", lambda: self.run_known(merging.merge, ticket_id, ticket_no=number), allowed)

    @precondition(lambda self: any(life.into for life in self.lives.values()))
    @rule(pick=pick)
    def unmerge(self, pick: int) -> None:
        ticket_id, life = self.one(pick, lambda life: life.into)
        allowed = life.unmerge(self.desk.at)
        self.agree("unmerge", lambda: self.run_known(merging.unmerge, ticket_id), allowed)

    @ordered
    @rule(pick=pick)
    def answer_order(self, pick: int) -> None:
        ticket_id, life = self.one(pick, lambda life: life.orders)
        units = frozenset({self.desk.unit_id(life.orders[-1][1] if life.orders else "110001")})
        allowed = life.answer_order()
        self.agree(
            "answer_order", lambda: self.run_known(supervision.answer, ticket_id, words="已约谈", units=units), allowed
        )

    @ordered
    @rule(pick=pick, decision=st.sampled_from(["accepted", "returned", "cancelled"]))
    def review_order(self, pick: int, decision: str) -> None:
        ticket_id, life = self.one(pick, lambda life: life.orders and life.orders[-1][0] == "answered")
        review = {"decision": decision, "words": "核", "units": None}
        allowed = life.review_order(decision)
        self.agree(f"order_{decision}", lambda: self.run_known(supervision.review, ticket_id, **review), allowed)

    @ordered
    @rule(pick=pick)
    def settle_order(self, pick: int) -> None:
        self.answer_order(pick)
        self.review_order(pick, "accepted")
