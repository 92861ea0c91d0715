"""One ticket as the voice of another, and back."""

from __future__ import annotations

from datetime import datetime

from tests.states.account.rounds import Asked
from tests.states.account.things import Kept

MERGEABLE = ("awaiting_dispatch", "dispatched", "acknowledged", "completed")


class Life(Asked):
    """A whole life."""

    def may_merge(self) -> bool:
        """Open, not suspended, not disputed, and before a counted answer."""
        return self.state in MERGEABLE and not self.has_counted and self.disputed_at is None

    def absorb(self, younger: Life, at: datetime) -> bool:
        """``younger`` becomes a voice of this one, and so do its own voices."""
        if younger is self or not (self.may_merge() and younger.may_merge()):
            return False
        younger.leave_for(self, at)
        for voice in younger.voices:
            voice.into, voice.via = self, younger
        self.voices += [younger, *younger.voices]
        for voice in [younger, *younger.voices]:
            voice.ask_as_voice()
        younger.voices = []
        return True

    def leave_for(self, survivor: Life, at: datetime) -> None:
        """Work and cards are taken back, and kept for the day of an unmerge."""
        lead = self.lead if self.lead and self.lead.state != "completed" else None
        helpers = [(one, one.state) for one in self.helpers if one.is_open]
        red = lead.red_for - lead.gone if lead else set()
        self.kept = Kept(self.state, self.round, self.asking is not None, lead and lead.state, red, helpers)
        self._settle(at)
        if lead is not None:
            lead.state, lead.gone = "withdrawn", lead.gone | lead.red_for
        self.state, self.into, self.via = "merged", survivor, None

    def unmerge(self, at: datetime) -> bool:
        """Both as they were; who came along goes back along."""
        survivor, kept = self.into, self.kept
        if survivor is None or kept is None or self.has_counted:
            return False
        survivor.voices.remove(self)
        self._call_off()
        self.state, self.round, self.into, self.kept = kept.state, kept.round, None, None
        if kept.lead_state is not None:
            self.leads[-1].state = kept.lead_state
            self.leads[-1].gone -= kept.red
        for helper, state in kept.helpers:
            helper.state = state
        self._take_along(survivor)
        self._open_follow_up(at)
        self._close(at)
        return True

    def _take_along(self, survivor: Life) -> None:
        for voice in [one for one in survivor.voices if one.via is self]:
            survivor.voices.remove(voice)
            self.voices.append(voice)
            voice.into, voice.via = self, None
            if not self.is_asked:
                voice._call_off()
            else:
                voice.ask_as_voice()

    def _call_off(self) -> None:
        """It was asked as a voice only: not any more."""
        kept, asking = self.kept, self.asking
        if asking is not None and asking.is_waiting and kept and (self.round != kept.round or not kept.was_asked):
            asking.state = "cancelled"
