"""How messages leave: quiet hours, tries, lengths. Pure; the numbers are data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class SendingRules:
    """The rules in force; times are local."""

    version: str
    quiet_from: time
    quiet_until: time
    attempts: int
    retry_seconds: tuple[int, ...]
    stale_hours: int
    gist_characters: int

    def not_before(self, at: datetime, zone: tzinfo) -> datetime:
        """When a message of ``at`` may leave: at once, or at the end of the quiet hours in which it falls."""
        local = at.astimezone(zone)
        over_midnight = self.quiet_from > self.quiet_until
        late, early = local.time() >= self.quiet_from, local.time() < self.quiet_until
        if not ((late or early) if over_midnight else (late and early)):
            return at
        day = local.date() + timedelta(days=1 if over_midnight and late else 0)
        return datetime.combine(day, self.quiet_until, tzinfo=zone)

    def retry_after(self, attempts: int) -> timedelta | None:
        """How long to wait after ``attempts`` failed tries; None: no more."""
        if attempts >= self.attempts:
            return None
        return timedelta(seconds=self.retry_seconds[min(attempts, len(self.retry_seconds)) - 1])

    def is_stale(self, due: datetime, at: datetime) -> bool:
        """Whether what should have left at ``due`` is no news any more at ``at``."""
        return at - due > timedelta(hours=self.stale_hours)

    def gist(self, words: str) -> str:
        """``words`` on one line, cut where they are too long for a message; no full stop at its end."""
        line = " ".join(words.split())
        if len(line) > self.gist_characters:
            return line[: self.gist_characters - 1] + "…"
        return line.rstrip("。.；;！!")


@cache
def sending_rules() -> SendingRules:
    """The rules that come with the package."""
    data = tomllib.loads((files("dispatch.notices") / "data" / "sending.toml").read_text("utf-8"))
    return SendingRules(
        version=data["version"],
        quiet_from=time.fromisoformat(data["quiet"]["from"]),
        quiet_until=time.fromisoformat(data["quiet"]["until"]),
        attempts=data["tries"]["attempts"],
        retry_seconds=tuple(data["tries"]["retry_seconds"]),
        stale_hours=data["tries"]["stale_hours"],
        gist_characters=data["texts"]["gist_characters"],
    )
