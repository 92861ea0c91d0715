"""The small town with people who can be on duty, and what their calls look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.access import services as access
from dispatch.duty import services
from dispatch.duty.checks import NewShift
from dispatch.duty.models import DutyCall, DutyShift
from dispatch.duty.standing_in import call_backups
from dispatch.kernel import outbox
from dispatch.kernel.outbox import Outbox
from dispatch.notices.consumers import INBOX
from dispatch.notices.ladder import LADDER
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

PASSWORD = "correct horse battery"


@dataclass
class Rota:
    """The town's rota: shifts by log-in, the consumer and the sweep as the workers run them."""

    desk: Desk
    people: dict[str, int] = field(default_factory=dict)

    def person(self, login: str, role: str = "unit_officer", unit: str | None = "110001") -> int:
        if login not in self.people:
            who = {"login": login, "name": f"测试{login}", "password": PASSWORD, "roles": [role]}
            unit_id = self.desk.unit_id(unit) if unit else None
            self.people[login] = self.desk.run(
                access.create, unit_id=unit_id, actor="system:test", at=MONDAY - timedelta(days=9), **who
            )
        return self.people[login]

    def new(self, starts: float, ends: float, login: str, backup: str | None = None, unit: str = "110001") -> NewShift:
        """A shift from ``starts`` to ``ends``, in hours from Monday 09:00."""
        return NewShift(
            self.desk.unit_id(unit),
            MONDAY + timedelta(hours=starts),
            MONDAY + timedelta(hours=ends),
            self.person(login, unit=unit),
            self.person(backup, unit=unit) if backup else None,
        )

    def enter(self, *shifts: NewShift, units: frozenset[int] | None = None) -> list[DutyShift]:
        return list(self.verb(services.enter, shifts, units=units, actor="account:9"))

    def verb(self, verb: Any, *args: Any, **values: Any) -> Any:
        return self.desk.run(verb, *args, reference=self.desk.reference, at=self.desk.at, **values)

    def listen(self) -> int:
        """Perform the consumer's waiting rows; how many there were."""
        waiting = self.desk.run(
            lambda session: session.scalars(select(Outbox.outbox_id).where(Outbox.consumer.in_((INBOX, LADDER)))).all()
        )
        for outbox_id in waiting:
            self.desk.run(outbox.perform, outbox_id, at=self.desk.at)
        return len(waiting)

    def sweep(self, at: datetime | None = None, limit: int = 100) -> int:
        return int(self.desk.run(call_backups, at or self.desk.at, reference=self.desk.reference, limit=limit))

    def calls(self) -> list[tuple[str, bool]]:
        """(log-in, whether as backup) of every call, in order."""
        names = {account_id: login for login, account_id in self.people.items()}
        return [(names[call.account_id], call.is_backup) for call in self.rows()]

    def rows(self) -> Sequence[DutyCall]:
        found: Sequence[DutyCall] = self.desk.run(
            lambda session: session.scalars(select(DutyCall).order_by(DutyCall.call_id)).all()
        )
        return found

    def called(self, **values: Any) -> DutyCall:
        """A dispatch to the street that has called whoever is on duty there."""
        self.desk.accept(**values)
        self.listen()
        return self.rows()[-1]


@pytest.fixture
def rota(desk: Desk) -> Rota:
    return Rota(desk)
