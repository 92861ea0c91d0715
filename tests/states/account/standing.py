"""Where a ticket stands, and what follows by itself when it moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.states.account.things import WEEK, Asking, Helper, Kept, Lead


@dataclass(eq=False)  # two lives that look alike are two lives
class Standing:
    """One ticket."""

    leads: list[Lead]
    dispatched_at: datetime
    number: int = 0  # of the ticket: the older has the smaller one
    state: str = "dispatched"
    extension: int = 0
    extensions_granted: int = 0
    asked: int | None = None
    pauses: list[list[datetime]] = field(default_factory=list)
    is_paused: bool = False
    suspension_asked: datetime | None = None
    disputed_at: datetime | None = None
    disputes: list[str] = field(default_factory=list)
    returns: int = 0
    urges: int = 0
    redos: int = 0
    round: int = 1
    closed_at: datetime | None = None
    askings: dict[int, Asking] = field(default_factory=dict)
    has_counted: bool = False
    helpers: list[Helper] = field(default_factory=list)
    category: str = "1601"
    orders: list[list[str]] = field(default_factory=list)  # state and unit of each
    voices: list[Standing] = field(default_factory=list)
    into: Standing | None = None
    via: Standing | None = None
    kept: Kept | None = None

    @property
    def lead(self) -> Lead | None:
        """The lead in force, in the current round."""
        last = self.leads[-1]
        return last if last.state != "withdrawn" else None

    @property
    def asking(self) -> Asking | None:
        """The follow-up of this round."""
        return self.askings.get(self.round)

    @property
    def is_asked(self) -> bool:
        """Whether this round's follow-up has opened and stands."""
        return self.asking is not None and self.asking.state != "cancelled"

    def due_at(self) -> datetime:
        """The promise to the citizen: a week, what was granted, and what stood still."""
        return self._after_pauses(self.dispatched_at, self.dispatched_at + WEEK + timedelta(days=self.extension))

    def lead_due_at(self, lead: Lead) -> datetime:
        """The unit's own limit."""
        return self._after_pauses(lead.sent_at, lead.sent_at + WEEK + timedelta(days=lead.extension))

    def _after_pauses(self, start: datetime, due: datetime) -> datetime:
        for begins, ends in self.pauses:
            if ends > start and max(begins, start) < due:
                due += ends - max(begins, start)
        return due

    def red(self) -> list[datetime]:
        """The due instants for which a red card stands; a helper's stays, its clock was its own."""
        leads = [due for lead in self.leads for due in lead.red_for - lead.gone]
        return sorted(leads + [helper.due_at for helper in self.helpers if helper.is_red])

    def _send(self, unit: str, at: datetime, *, is_designated: bool = False) -> None:
        self.leads.append(Lead(unit, at, self.round, is_designated))
        self.state = "dispatched"

    def _take_back(self, lead: Lead, at: datetime) -> None:
        """Not its own after all: its cards go with it."""
        self._settle(at)
        lead.state, lead.gone = "withdrawn", lead.gone | lead.red_for

    def _settle(self, at: datetime) -> None:
        """Requests lapse, helpers are let go, a clock that stood runs."""
        self.asked, self.suspension_asked = None, None
        for helper in self.helpers:
            if helper.is_open:
                helper.state = "withdrawn"
        self._end_pause(at)

    def _end_pause(self, at: datetime) -> None:
        if self.is_paused:
            self.pauses[-1][1] = min(at, self.pauses[-1][1])
            self.is_paused = False

    def _open_follow_up(self, at: datetime) -> None:
        """Once per round, at the lead's due instant, unless something holds it; the voices are asked with it."""
        lead = self.lead
        if lead is None or lead.state == "disputed" or self.is_asked or self.lead_due_at(lead) > at:
            return
        if self.state in ("dispatched", "acknowledged", "completed"):
            self.askings[self.round] = Asking()  # what was tried before it was called off is another count
            for voice in self.voices:
                voice.ask_as_voice()

    def ask_as_voice(self) -> None:
        """The survivor is asked: so is this caller, unless tried already; in a redo everybody is asked again."""
        survivor, own = self.into, self.asking
        if survivor is None or not survivor.is_asked or (own is not None and own.is_waiting):
            return
        if own is not None and own.state != "cancelled":
            if survivor.round == 1:
                return
            self.round += 1
        self.askings[self.round] = Asking()

    def _close(self, at: datetime) -> None:
        if self.state == "completed" and self.asking is not None and self.asking.state in ("answered", "unreached"):
            self.state, self.closed_at = "closed", at
