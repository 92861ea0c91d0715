"""One ticket as the voice of another, and back."""

from __future__ import annotations

from datetime import datetime

from tests.states.account.rounds import Asked
from tests.states.account.things import Asking, Kept

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
        if self.into is None or self.has_counted:
            return False
        self._part(at)
        return True

    def withdraw(self, at: datetime) -> bool:
        """The first caller takes it back: the oldest of the others who is not content has it now, and the younger ones with it."""
        if not super().withdraw(at):
            return False
        others = sorted(self.voices, key=lambda voice: voice.number)
        heir = next((voice for voice in others if not voice._is_content), None)
        if heir is None:
            return True
        came_along = [voice for voice in others if voice.via is heir]
        heir._part(at)
        rest = [voice for voice in others if voice.number > heir.number and voice not in came_along]
        for voice in rest:
            self.voices.remove(voice)
            voice.into, voice.via = heir, voice.via if voice.via in rest else None
        heir.voices += rest
        for voice in rest:
            voice._ask_with_heir(heir, at)
        return True

    @property
    def _is_content(self) -> bool:
        return self.asking is not None and self.asking.state == "answered" and not self.asking.is_unhappy

    def _ask_with_heir(self, heir: Life, at: datetime) -> None:
        """Unreached about the withdrawn matter is not unreached about the heir's, unless that is over too."""
        if self._was_asked_as_voice and not heir._is_over(at):
            self._forget(self.asking, at, False)
        if not heir.is_asked:
            self._call_off()
        elif self.asking is None or self.asking.state == "cancelled":
            self.askings[self.round] = Asking()

    def _part(self, at: datetime) -> None:
        """Taken out, allowed or not."""
        survivor, kept = self.into, self.kept
        assert survivor is not None
        assert kept is not None
        survivor.voices.remove(self)
        self._call_off()
        asking, was_voice = self.asking, self._was_asked_as_voice
        self.state, self.round, self.into, self.kept = kept.state, kept.round, None, None
        if kept.lead_state is not None:
            self.leads[-1].state = kept.lead_state
            self.leads[-1].gone -= kept.red
        for helper, state in kept.helpers:
            helper.state = state
        if was_voice:
            self._forget(asking, at, self.round == kept.round and asking is self.asking)
        self._take_along(survivor, at)
        self._open_follow_up(at)
        self._close(at)

    def _take_along(self, survivor: Life, at: datetime) -> None:
        for voice in [one for one in survivor.voices if one.via is self]:
            survivor.voices.remove(voice)
            self.voices.append(voice)
            voice.into, voice.via = self, None
            if voice._was_asked_as_voice and not self._is_over(at):
                voice._forget(voice.asking, at, False)
            if not self.is_asked:
                voice._call_off()
            else:
                voice.ask_as_voice()

    @property
    def _was_asked_as_voice(self) -> bool:
        return self.kept is not None and (self.round != self.kept.round or not self.kept.was_asked)

    def _call_off(self) -> None:
        """It was asked as a voice only: not any more."""
        if self.asking is not None and self.asking.is_waiting and self._was_asked_as_voice:
            self.asking.state = "cancelled"

    def _is_over(self, at: datetime) -> bool:
        """Done, or late, by its own lead's clock."""
        return self.lead is not None and (self.lead.completed_at is not None or self.lead_due_at(self.lead) <= at)

    def _forget(self, asking: Asking | None, at: datetime, is_own_round: bool) -> None:
        """Whoever could not be reached about another's work is asked again, unless the own one is over too."""
        if asking is not None and asking.state == "unreached" and not (is_own_round and self._is_over(at)):
            asking.state = "cancelled"
