"""What the unit, the adjudicator and the dispatcher do."""

from __future__ import annotations

from datetime import datetime

from tests.states.account.standing import Standing
from tests.states.account.things import end_of_next_working_day


class Leading(Standing):
    """Sign, complete, dispute, rule, send on."""

    def acknowledge(self) -> bool:
        lead = self.lead
        if self.state != "dispatched" or lead is None or lead.state != "sent":
            return False
        lead.state, lead.is_acknowledged, self.state = "acknowledged", True, "acknowledged"
        return True

    def complete(self, at: datetime, *, says_why: bool) -> bool:
        lead = self.lead
        if lead is None or lead.state != "acknowledged" or self.state != "acknowledged":
            return False
        if not says_why and any(helper.is_open and helper.role == "support" for helper in self.helpers):
            return False
        self._settle(at)
        lead.state, lead.completed_at, self.state = "completed", at, "completed"
        self._open_follow_up(at)
        self._close(at)
        return True

    def dispute(self, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or self.state == "suspended" or self.redos:
            return False
        if lead.is_designated or lead.unit in self.disputes or at > end_of_next_working_day(lead.sent_at):
            return False
        lead.state, self.disputed_at = "disputed", at
        self.disputes.append(lead.unit)
        return True

    def rule(self, ruling: str, unit: str | None, at: datetime) -> bool:
        lead = self.lead
        if self.disputed_at is None or lead is None:
            return False
        if ruling == "upheld" and unit == lead.unit:
            return False
        self.disputed_at = None
        if ruling == "refused" or unit == lead.unit:
            lead.is_designated = lead.is_designated or ruling == "designated"
            lead.state = "acknowledged" if lead.is_acknowledged else "sent"
            self._open_follow_up(at)
            return True
        self.returns += 1
        self._take_back(lead, at)
        if unit is None:
            self.state = "awaiting_dispatch"
        else:
            self._send(unit, at, is_designated=ruling == "designated")
        return True

    def dispatch(self, unit: str, at: datetime) -> bool:
        if self.state != "awaiting_dispatch":
            return False
        self._send(unit, at)
        return True

    def reassign(self, unit: str, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or unit == lead.unit or self.state == "suspended":
            return False
        self._take_back(lead, at)
        self._send(unit, at)
        return True

    def correct(self, category: str) -> bool:
        """Before archiving, and not on a voice; no limit moves by it."""
        if self.state == "merged" or category == self.category:
            return False
        self.category = category
        return True
