"""What moves a due instant: extensions and suspensions."""

from __future__ import annotations

from datetime import datetime

from tests.states.account.leading import Leading
from tests.states.account.things import EXTENSION_CAP


class Clocked(Leading):
    """Asked for, decided, reviewed."""

    def ask_extension(self, days: int, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or self.state == "suspended":
            return False
        is_spent = self.asked is not None or self.extensions_granted >= 1
        if is_spent or at > self.lead_due_at(lead) or days > EXTENSION_CAP:
            return False
        self.asked = days
        return True

    def decide_extension(self, is_granted: bool, at: datetime) -> bool:
        lead = self.lead
        if self.asked is None or lead is None or at > self.lead_due_at(lead):
            return False
        if is_granted:
            lead.gone |= lead.red_for
            lead.extension += self.asked
            self.extension += self.asked
            self.extensions_granted += 1
        self.asked = None
        return True

    def ask_suspension(self, until: datetime) -> bool:
        lead = self.lead
        if self.state != "acknowledged" or lead is None or lead.state != "acknowledged" or self.suspension_asked:
            return False
        self.suspension_asked = until
        return True

    def decide_suspension(self, is_approved: bool, at: datetime) -> bool:
        lead = self.lead
        if self.suspension_asked is None or lead is None:
            return False
        is_possible = self.state == "acknowledged" and lead.state == "acknowledged"
        if is_approved and not (is_possible and self.suspension_asked > at):
            return False
        if is_approved:
            self.pauses.append([at, self.suspension_asked])
            self.is_paused, self.state = True, "suspended"
        self.suspension_asked = None
        return True

    def review(self, until: datetime | None, at: datetime) -> bool:
        if self.state != "suspended":
            return False
        if until is None:
            self._end_pause(at)
            self.state = "acknowledged"
            self._open_follow_up(at)
        else:
            self.pauses[-1][1] = until
        return True
