"""A second, plain account of one ticket's life, from rules.md alone: what is allowed, where things stand, when they are due.

It knows nothing of the services, the tables of states or the limit engine: all limits here are seven natural days, which are
plain lengths, and the working days of November are told by the weekday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = timedelta(days=7)
EXTENSION_CAP = 7  # days in all, and once
ATTEMPTS, DAYS = 3, 2


def end_of_next_working_day(at: datetime) -> datetime:
    """24:00 of the first weekday after the local day of ``at``."""
    day = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day + timedelta(days=1)


@dataclass
class Lead:
    """A unit's time with the ticket."""

    unit: str
    sent_at: datetime
    is_designated: bool = False
    state: str = "sent"
    is_acknowledged: bool = False
    extension: int = 0
    completed_at: datetime | None = None
    red_for: set[datetime] = field(default_factory=set)
    withdrawn_red: set[datetime] = field(default_factory=set)


@dataclass
class Life:
    """One ticket: every method answers whether rules.md allows the move, and makes it where it does."""

    received_at: datetime
    leads: list[Lead]
    state: str = "dispatched"
    dispatched_at: datetime | None = None
    extension: int = 0
    extensions_granted: int = 0
    asked: int | None = None
    pauses: list[list[datetime]] = field(default_factory=list)
    is_paused: bool = False
    suspension_asked: datetime | None = None
    disputed_at: datetime | None = None
    disputes: list[str] = field(default_factory=list)
    returns: int = 0
    follow_up: str | None = None
    tries: list[datetime] = field(default_factory=list)
    swept_at: datetime | None = None

    @property
    def lead(self) -> Lead | None:
        """The lead in force."""
        return self.leads[-1] if self.leads and self.leads[-1].state != "withdrawn" else None

    def due_at(self) -> datetime | None:
        """The promise to the citizen: a week, what was granted, and what stood still."""
        if self.dispatched_at is None:
            return None
        return self._after_pauses(self.dispatched_at, self.dispatched_at + WEEK + timedelta(days=self.extension))

    def lead_due_at(self, lead: Lead) -> datetime:
        """The unit's own limit."""
        return self._after_pauses(lead.sent_at, lead.sent_at + WEEK + timedelta(days=lead.extension))

    def _after_pauses(self, start: datetime, due: datetime) -> datetime:
        for begins, ends in self.pauses:
            if ends > start and max(begins, start) < due:
                due += ends - max(begins, start)
        return due

    def acknowledge(self) -> bool:
        lead = self.lead
        if lead is None or lead.state != "sent":
            return False
        lead.state, lead.is_acknowledged, self.state = "acknowledged", True, "acknowledged"
        return True

    def complete(self, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state != "acknowledged" or self.state != "acknowledged":
            return False
        self._settle(at)
        lead.state, lead.completed_at, self.state = "completed", at, "completed"
        self._close()
        return True

    def dispute(self, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or self.state == "suspended":
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
        if ruling in ("upheld", "designated") and unit is None:
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

    def ask_extension(self, days: int, at: datetime) -> bool:
        lead = self.lead
        if lead is None or lead.state not in ("sent", "acknowledged") or self.state == "suspended":
            return False
        if (
            at > self.lead_due_at(lead)
            or self.asked is not None
            or self.extensions_granted >= 1
            or days > EXTENSION_CAP
        ):
            return False
        self.asked = days
        return True

    def decide_extension(self, is_granted: bool, at: datetime) -> bool:
        lead = self.lead
        if self.asked is None or lead is None or at > self.lead_due_at(lead):
            return False
        if is_granted:
            lead.withdrawn_red |= lead.red_for
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
        if is_approved and (
            self.state != "acknowledged" or lead.state != "acknowledged" or self.suspension_asked <= at
        ):
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

    def attempt(self, is_reached: bool, at: datetime) -> bool:
        if self.follow_up not in ("open", "attempted"):
            return False
        self.tries.append(at)
        days = {tried.astimezone(ZONE).date() for tried in self.tries}
        if is_reached:
            self.follow_up = "answered"
        elif len(self.tries) >= ATTEMPTS and len(days) >= DAYS:
            self.follow_up = "unreached"
        else:
            self.follow_up = "attempted"
        self._close()
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
        lead = self.lead
        if lead is None:
            return
        due = self.lead_due_at(lead)
        if due < at:
            self.asked = None
            if lead.completed_at is None or lead.completed_at > due:
                lead.red_for.add(due)
            self._open_follow_up(at)

    def red(self) -> set[datetime]:
        """The due instants for which a red card stands, over all leads in force."""
        return set().union(*(lead.red_for - lead.withdrawn_red for lead in self.leads if lead.state != "withdrawn"))

    def _send(self, unit: str, at: datetime, *, is_designated: bool = False) -> None:
        self.leads.append(Lead(unit, at, is_designated))
        self.state = "dispatched"
        self.dispatched_at = self.dispatched_at or at

    def _take_back(self, lead: Lead, at: datetime) -> None:
        self._settle(at)
        lead.state = "withdrawn"

    def _settle(self, at: datetime) -> None:
        self.asked, self.suspension_asked = None, None
        self._end_pause(at)

    def _end_pause(self, at: datetime) -> None:
        if self.is_paused:
            self.pauses[-1][1] = min(at, self.pauses[-1][1])
            self.is_paused = False

    def _open_follow_up(self, at: datetime) -> None:
        lead = self.lead
        if lead is None or lead.state == "disputed" or self.follow_up is not None or self.lead_due_at(lead) > at:
            return
        if self.state in ("dispatched", "acknowledged", "completed"):
            self.follow_up = "open"

    def _close(self) -> None:
        if self.state == "completed" and self.follow_up in ("answered", "unreached"):
            self.state = "closed"
