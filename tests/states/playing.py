"""Playing verbs of the services against the second account: the desk, the lives, the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import text

from dispatch.kernel.errors import DomainError
from dispatch.limits import sweep
from dispatch.tickets.queries import ticket_id_of
from tests.states.account.things import ZONE, Lead
from tests.states.account.voices import Life
from tests.town import MONDAY, Desk

MOST = 3
LAST = MONDAY + timedelta(days=50)  # no day off before the end of December
TICK = timedelta(microseconds=1)


class Playing(RuleBasedStateMachine):
    """A few tickets, and time that goes on with everything due on the way."""

    desk: Desk
    steps = 0
    done: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        desk = type(self).desk
        desk.run(
            lambda session: session.execute(text("TRUNCATE ticket, outbox, effect, notice, ticket_number CASCADE"))
        )
        desk.at = MONDAY
        self.lives: dict[int, Life] = {}

    def take_in(self) -> None:
        accepted = self.desk.accept()
        self.lives[accepted.ticket_id] = Life([Lead("110001", self.desk.at)], self.desk.at, accepted.ticket_id)

    def pass_time(self, target: datetime) -> None:
        """The sweep runs at each instant at which something comes due."""
        target = min(target, LAST)
        while True:
            due = self.desk.run(sweep.next_instant)
            if due is None or due + TICK > target:
                break
            self._sweep_at(max(due + TICK, self.desk.at))
        self._sweep_at(target)

    def _sweep_at(self, at: datetime) -> None:
        self.desk.at = at
        while self.desk.sweep():
            pass
        for life in self.lives.values():
            life.sweep(at)

    def agree(self, name: str, act: Callable[[], object], is_allowed: bool) -> bool:
        """The service does it exactly where the second account allows it."""
        if is_allowed:
            act()
            type(self).done[name] = type(self).done.get(name, 0) + 1
            return True
        with pytest.raises(DomainError):
            act()
        return False

    def run_verb(self, verb: Callable[..., object], ticket_id: int, **values: Any) -> object:
        desk = self.desk
        return desk.run(verb, ticket_id, actor="account:7", at=desk.at, **values)

    def run_known(self, verb: Callable[..., object], ticket_id: int, **values: Any) -> object:
        """The same for verbs that look into the city's directory."""
        return self.run_verb(verb, ticket_id, reference=self.desk.reference, **values)

    def one(self, pick: int, wanted: Callable[[Life], object] = bool) -> tuple[int, Life]:
        """Any ticket, or for an aimed ``pick`` one of those that are ``wanted``: else rare moves would be tried and hardly made."""
        ids = sorted(self.lives)
        if self.is_aimed(pick):
            ids = [one for one in ids if wanted(self.lives[one])] or ids
        ticket_id = ids[pick % len(ids)]
        return ticket_id, self.lives[ticket_id]

    def is_aimed(self, pick: int) -> bool:
        return pick >= MOST

    def id_of(self, ticket_no: str) -> int:
        return self.desk.run(ticket_id_of, ticket_no)

    def day(self, days: int) -> date:
        return (self.desk.at.astimezone(ZONE) + timedelta(days=days)).date()


def unit_of(life: Life) -> str:
    """Who acts: the lead, or somebody who has nothing to do with it."""
    return life.lead.unit if life.lead else "110001"


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=1)
