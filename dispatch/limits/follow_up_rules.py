"""Rules of follow-up, redo and supervision as values, read from a policy file (rules.md §4–5)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

WHOLE = 100  # percent


@dataclass(frozen=True, slots=True)
class Sampling:
    """Of matters of this kind, urgency and standing: the share that is called at once. An empty field covers everything."""

    kind: str
    urgency: str
    is_redo: bool | None
    phone_percent: int

    def covers(self, *, kind: str, urgency: str, is_redo: bool) -> bool:
        """Does this row speak of such a ticket?"""
        return self.kind in ("", kind) and self.urgency in ("", urgency) and self.is_redo in (None, is_redo)


@dataclass(frozen=True, slots=True)
class FollowUpRules:
    """How the queue is ordered, who is called, how long a link lives, what a re-check draws."""

    head_start_minutes: Mapping[str, int]
    taken_minutes: int
    script: Mapping[str, str]
    sampling: tuple[Sampling, ...]
    link_wait_days: int
    link_days: int
    recheck_percent: int
    recheck_at_least: int
    recheck_attempts: int

    @property
    def taken_for(self) -> timedelta:
        """How long a follow-up that was taken is kept from the other agents."""
        return timedelta(minutes=self.taken_minutes)

    def head_start(self, causes: set[str]) -> timedelta:
        """How much earlier in line the weightiest of ``causes`` puts a follow-up: who waits longer than that still comes first."""
        return timedelta(minutes=max((self.head_start_minutes[cause] for cause in causes), default=0))

    def is_by_phone(self, ticket_no: str, round_: int, *, kind: str, urgency: str) -> bool:
        """Whether this follow-up is called at once; the same for ever for one ticket and round, whoever computes it."""
        row = next(row for row in self.sampling if row.covers(kind=kind, urgency=urgency, is_redo=round_ > 1))
        digest = hashlib.sha256(f"follow_up:{ticket_no}:{round_}".encode()).digest()
        return int.from_bytes(digest[:8]) % WHOLE < row.phone_percent


@dataclass(frozen=True, slots=True)
class SupervisionRules:
    """Redo and reopen, supervision orders."""

    reopen_days: int
    redos_to_supervision: int
    order_limits: Mapping[str, str]


def follow_up_rules(data: Mapping[str, Any]) -> FollowUpRules:
    """Read ``[follow_up]``."""
    return FollowUpRules(
        head_start_minutes=data["head_start_minutes"],
        taken_minutes=data["taken_minutes"],
        script=data["script"],
        sampling=tuple(
            Sampling(row.get("kind", ""), row.get("urgency", ""), row.get("redo"), row["phone_percent"])
            for row in data["sampling"]
        ),
        link_wait_days=data["link_wait_days"],
        link_days=data["link_days"],
        recheck_percent=data["recheck"]["percent"],
        recheck_at_least=data["recheck"]["at_least"],
        recheck_attempts=data["recheck"]["attempts"],
    )


def supervision_rules(data: Mapping[str, Any]) -> SupervisionRules:
    """Read ``[supervision]``."""
    return SupervisionRules(
        reopen_days=data["reopen_days"],
        redos_to_supervision=data["redos_to_supervision"],
        order_limits=data["order_limits"],
    )
