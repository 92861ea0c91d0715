"""What all actors of the replay share: the agenda in simulated time, the desk, the picture of the city, who acts under which account."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from random import Random
from string import digits
from typing import Final

from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.demo import accounts
from dispatch.demo.accounts import Staff
from dispatch.demo.actors import Traits, traits
from dispatch.demo.desk import Desk
from dispatch.demo.moments import Moment, Moments
from dispatch.demo.window import Window
from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.limits.sweep import sweep

SWEEP_BATCH: Final = 200

Action = Callable[[datetime], None]


class Agenda:
    """What is planned, by instant; equal instants in the order of planning. ``ticket_id`` None: of no ticket yet."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int | None, Action]] = []
        self._planned = 0

    def plan(self, at: datetime, ticket_id: int | None, action: Action) -> None:
        """Do ``action(at)`` at ``at``."""
        self._planned += 1
        heapq.heappush(self._heap, (at, self._planned, ticket_id, action))

    def next(self) -> tuple[datetime, int | None] | None:
        """When and on which ticket what comes next is; None: nothing is planned."""
        return (self._heap[0][0], self._heap[0][2]) if self._heap else None

    def take(self) -> tuple[datetime, Action]:
        """Take what comes next."""
        at, _, _, action = heapq.heappop(self._heap)
        return at, action


@dataclass
class World:
    """The stage."""

    seed: int
    window: Window
    zone: tzinfo
    reference: Reference
    vault: Vault
    staff: Staff
    desk: Desk
    agenda: Agenda = field(default_factory=Agenda)
    moments: Moments = field(default_factory=Moments)
    _traits: dict[str, Traits] = field(default_factory=dict)
    _officers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}:world")
        self.now = self.window.starts_at
        self._people: dict[str, list[str]] = {}
        for login in sorted(self.staff.actors):
            self._people.setdefault(login.rstrip(digits), []).append(login)

    def plan(self, at: datetime, action: Action, *, ticket_id: int | None = None) -> None:
        """Put ``action`` on the agenda, unless the demo's own present comes first: then it is left to the people at the desks."""
        if at < self.window.ends_at:
            self.agenda.plan(at, ticket_id, action)

    def expect(self, at: datetime | None, ticket_id: int, kind: Moment = "certain") -> None:
        """The sweep will have something to do with the ticket at ``at``."""
        if at is not None and at < self.window.ends_at:
            self.moments.expect(at, ticket_id, kind)

    def traits(self, code: str) -> Traits:
        """The nature of a unit."""
        if code not in self._traits:
            self._traits[code] = traits(self.seed, code, self.reference.by_code[code].kind)
        return self._traits[code]

    def officer(self, unit: UnitRef, at: datetime) -> str:
        """Who acts for a unit; its account is made when it first acts."""
        if unit.code in self.staff.unit_logins:
            return self.staff.actors[self.staff.unit_logins[unit.code]]
        if unit.code not in self._officers:
            make = partial(accounts.ensure_officer, unit=unit, password_hash=self.staff.password_hash, at=at)
            self._officers[unit.code] = self.desk.look(make)
        return self._officers[unit.code]

    def has_log_in(self, code: str) -> bool:
        """Whether the unit is one of those whose log-in is printed."""
        return code in self.staff.unit_logins

    def person(self, role: str) -> str:
        """One of the people whose log-in begins with ``role``: ``operator`` → operator1 or operator2."""
        return self.staff.actors[self.rng.choice(self._people[role])]

    def sweep_once(self, at: datetime, session: Session) -> int:
        """One batch of the sweep at ``at``, as the scheduler would; returns how many it looked at."""
        return sweep(session, at, reference=self.reference, limit=SWEEP_BATCH)
