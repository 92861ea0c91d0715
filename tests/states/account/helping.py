"""Supports and handlers: their parts have clocks of their own and end when the lead's part does."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.states.account.clocks import Clocked
from tests.states.account.things import Helper


class Helped(Clocked):
    """Asked for, passed on, signed for, reported, let go."""

    def helper(self, role: str, unit: str) -> Helper | None:
        """The unit's open part in this role."""
        return next((one for one in self.helpers if (one.role, one.unit) == (role, unit) and one.is_open), None)

    def ask_support(self, unit: str, days: int, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or unit == lead.unit:
            return False
        if self.helper("support", unit):
            return False
        self.helpers.append(Helper("support", unit, at + timedelta(days=days)))
        return True

    def pass_on(self, holder: str, unit: str, days: int, at: datetime) -> bool:
        """By the lead or a handler, who has signed, to a unit below; not for longer than it has itself."""
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged"):
            return False
        above = None if holder == lead.unit else self.helper("handler", holder)
        if holder != lead.unit and above is None:
            return False
        state, until = (above.state, above.due_at) if above else (lead.state, self.lead_due_at(lead))
        if state != "acknowledged" or not unit.startswith(holder) or unit == holder or self.helper("handler", unit):
            return False
        due = at + timedelta(days=days)
        if at < until < due:
            return False
        self.helpers.append(Helper("handler", unit, due, above))
        return True

    def sign(self, role: str, unit: str) -> bool:
        part = self.helper(role, unit)
        if part is None or part.state != "sent":
            return False
        part.state, part.is_signed = "acknowledged", True
        return True

    def report(self, role: str, unit: str) -> bool:
        part = self.helper(role, unit)
        if part is None or part.state != "acknowledged":
            return False
        part.state = "completed"
        self._let_go_below(part)
        return True

    def let_go(self, role: str, unit: str) -> bool:
        part = self.helper(role, unit)
        if part is None:
            return False
        part.state = "withdrawn"
        self._let_go_below(part)
        return True

    def _let_go_below(self, part: Helper) -> None:
        for one in self.helpers:
            if one.above is part and one.is_open:
                one.state = "withdrawn"
                self._let_go_below(one)
