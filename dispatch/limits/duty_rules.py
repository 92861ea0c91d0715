"""Rules of the duty rota as values, read from ``[duty]`` of a policy file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class CallRule:
    """Events of this type call whoever is on duty, those whose data hold every pair of ``where``."""

    event: str
    where: Mapping[str, Any]

    def covers(self, event_type: str, data: Mapping[str, Any]) -> bool:
        """Does this row speak of such an event?"""
        return event_type == self.event and all(data.get(name) == value for name, value in self.where.items())


@dataclass(frozen=True, slots=True)
class DutyRules:
    """What calls, what counts as an answer, and how long a call may stay unread."""

    calls: tuple[CallRule, ...]
    acts: tuple[str, ...]
    wait_minutes: Mapping[str, int]
    ahead_days: int
    filled_days: int
    longest_hours: int

    @property
    def events(self) -> tuple[str, ...]:
        """Every type that may call, each once."""
        return tuple(dict.fromkeys(row.event for row in self.calls))

    def is_call(self, event_type: str, data: Mapping[str, Any]) -> bool:
        """Whether such an event calls whoever is on duty."""
        return any(row.covers(event_type, data) for row in self.calls)

    def wait(self, urgency: str) -> timedelta:
        """How long a call about a ticket of this urgency may stay unread before the backup is called."""
        return timedelta(minutes=self.wait_minutes[urgency])

    @property
    def ahead(self) -> timedelta:
        """How far the page looks ahead."""
        return timedelta(days=self.ahead_days)

    @property
    def longest(self) -> timedelta:
        """The longest shift: a mistyped year is no shift."""
        return timedelta(hours=self.longest_hours)


def duty_rules(data: Mapping[str, Any]) -> DutyRules:
    """Read ``[duty]``."""
    return DutyRules(
        calls=tuple(CallRule(row["event"], row.get("where", {})) for row in data["call"]),
        acts=tuple(data["acts"]),
        wait_minutes=data["wait_minutes"],
        ahead_days=data["ahead_days"],
        filled_days=data["filled_days"],
        longest_hours=data["longest_hours"],
    )
