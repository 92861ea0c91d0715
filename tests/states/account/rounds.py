"""The caller is asked, comes back, is done with it; supervision; and what time alone brings."""

from __future__ import annotations

from datetime import datetime

from tests.states.account.helping import Helped
from tests.states.account.things import REDOS_TO_SUPERVISION, REOPEN, Lead, end_of_next_working_day


class Asked(Helped):
    """Follow-up, redo, withdrawal, orders, the sweep."""

    def attempt(self, outcome: str, at: datetime) -> bool:
        asking = self.asking
        if asking is None or not asking.is_waiting:
            return False
        asking.try_once(outcome, at)
        if self.round == 1:
            self.has_counted = outcome != "no_answer"
        self._close(at)
        return True

    def redo(self, at: datetime) -> bool:
        asking = self.asking
        if self.state != "closed" or asking is None or not asking.is_unhappy or self._is_long_closed(at):
            return False
        self._again(at)
        return True

    def reopen(self, at: datetime) -> tuple[bool, Asked | None]:
        """Within the days of the policy a redo, later another ticket for the same unit: allowed, and which one."""
        if self.state != "closed":
            return False, None
        if self._is_long_closed(at):
            made = type(self)([Lead(self.leads[-1].unit, at)], at, category=self.category)
            return True, made
        self._again(at)
        return True, None

    def _is_long_closed(self, at: datetime) -> bool:
        return self.closed_at is not None and at > self.closed_at + REOPEN

    def _again(self, at: datetime) -> None:
        self.round += 1
        self.redos += 1
        self._send(self.leads[-1].unit, at)
        if self.redos >= REDOS_TO_SUPERVISION:
            self._escalate(self.leads[-1].unit)

    def _escalate(self, unit: str) -> None:
        """An order to this unit, unless it has one; one to another unit has no more sense."""
        if self.has_order() and self.orders[-1][1] != unit:
            self.orders[-1][0] = "cancelled"
        if not self.has_order():
            self.orders.append(["issued", unit])

    def has_order(self) -> bool:
        """Whether a supervision order is open."""
        return bool(self.orders) and self.orders[-1][0] not in ("accepted", "cancelled")

    def answer_order(self) -> bool:
        return self._order_moves(("issued", "returned"), "answered")

    def review_order(self, decision: str) -> bool:
        before = ("issued", "returned", "answered") if decision == "cancelled" else ("answered",)
        return self._order_moves(before, decision)

    def _order_moves(self, before: tuple[str, ...], after: str) -> bool:
        if not self.has_order() or self.orders[-1][0] not in before:
            return False
        self.orders[-1][0] = after
        return True

    def urge(self) -> bool:
        if self.lead is None or self.state not in ("dispatched", "acknowledged", "suspended"):
            return False
        self.urges += 1
        return True

    def withdraw(self, at: datetime) -> bool:
        """The caller takes it back: everything open ends, the lead's cards stay as they are."""
        if self.state not in ("awaiting_dispatch", "dispatched", "acknowledged", "suspended"):
            return False
        self.state, lead = "withdrawn", self.lead
        self._settle(at)
        self.disputed_at = None
        if lead is not None:
            lead.state = "withdrawn"
        if self.asking is not None and self.asking.is_waiting:
            self.asking.state = "cancelled"
        return True

    def sweep(self, at: datetime) -> None:
        """What the passing of time alone brings, up to ``at``."""
        if self.is_paused and self.pauses[-1][1] <= at:
            self._end_pause(at)
            if self.state == "suspended":
                self.state = "acknowledged"
                self._open_follow_up(at)
        if self.disputed_at is not None and end_of_next_working_day(self.disputed_at) < at:
            self.rule("silence", None, at)
        for helper in self.helpers:
            helper.is_red |= helper.is_open and helper.due_at < at
        for before in self.leads[:-1]:  # what an earlier round's lead answered too late before the clock was looked at
            late_from = self.lead_due_at(before)
            if before.state == "completed" and before.completed_at is not None and before.completed_at > late_from < at:
                before.red_for.add(late_from)
        lead = self.lead
        if lead is None:
            return
        due = self.lead_due_at(lead)
        if due < at:
            self.asked = None
            if lead.completed_at is None or lead.completed_at > due:
                lead.red_for.add(due)
            self._open_follow_up(at)
