"""What a life consists of, and the few numbers of the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = timedelta(days=7)
EXTENSION_CAP = 7  # days in all, and once
ATTEMPTS, DAYS = 3, 2
REOPEN = timedelta(days=30)
REDOS_TO_SUPERVISION = 3


def end_of_next_working_day(at: datetime) -> datetime:
    """24:00 of the first weekday after the local day of ``at``."""
    day = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day + timedelta(days=1)


@dataclass
class Lead:
    """A unit's time with the ticket. ``red_for``: the due instants for which it got a card, ``gone``: those taken back."""

    unit: str
    sent_at: datetime
    round: int = 1
    is_designated: bool = False
    state: str = "sent"
    is_acknowledged: bool = False
    extension: int = 0
    completed_at: datetime | None = None
    red_for: set[datetime] = field(default_factory=set)
    gone: set[datetime] = field(default_factory=set)


@dataclass
class Helper:
    """A support's or a handler's part. ``above``: who passed it on, None for the lead."""

    role: str
    unit: str
    due_at: datetime
    above: Helper | None = None
    state: str = "sent"
    is_signed: bool = False
    is_red: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in ("sent", "acknowledged")


@dataclass
class Asking:
    """The follow-up of one round."""

    state: str = "open"
    tries: list[datetime] = field(default_factory=list)
    is_unhappy: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.state in ("open", "attempted")

    def try_once(self, outcome: str, at: datetime) -> None:
        """Reached ends it; so do three tries on two days without reaching."""
        self.tries.append(at)
        days = {tried.astimezone(ZONE).date() for tried in self.tries}
        if outcome != "no_answer":
            self.state, self.is_unhappy = "answered", outcome == "unhappy"
        elif len(self.tries) >= ATTEMPTS and len(days) >= DAYS:
            self.state = "unreached"
        else:
            self.state = "attempted"


@dataclass
class Kept:
    """What stood when a ticket became a voice, for its unmerge."""

    state: str
    round: int
    was_asked: bool
    lead_state: str | None
    red: set[datetime]
    helpers: list[tuple[Helper, str]]
