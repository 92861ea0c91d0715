"""A small town on a database of the test's own, and a desk that runs each verb in a transaction as an edge does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import dispatch.models
import dispatch.notices.consumers  # noqa: F401  (its consumers listen)
from dispatch.access.vault import Reporter, Vault
from dispatch.directory import services as directory
from dispatch.directory.snapshot import Reference, reference
from dispatch.exchange.csvfile import Row
from dispatch.follow_ups import services as follow_ups
from dispatch.kernel.config import Config
from dispatch.kernel.db import engine_options
from dispatch.kernel.events import Event
from dispatch.limits import sweep
from dispatch.tickets import disputing, intake, queries, reassigning, services
from dispatch.tickets.intake import Accepted, Intake
from dispatch.tickets.models import Ticket
from tests.databases import lend_engine

MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 09:00 in Beijing

TOWN = (
    ("100000", "测试市", "city", ""),
    ("110", "东区", "district", "100000"),
    ("120", "西区", "district", "100000"),
    ("110001", "柳荫街道", "township", "110"),
    ("110002", "桥头镇", "township", "110"),
    ("120001", "八一街道", "township", "120"),
    ("110001001", "柳荫第一社区", "community", "110001"),
    ("E-01", "测试热力集团", "enterprise", "100000"),
    ("E-02", "测试自来水集团", "enterprise", "100000"),
)


@dataclass
class Desk:
    """Runs verbs, one transaction each, and looks at what they left."""

    engine: Engine
    vault: Vault
    at: datetime = MONDAY
    unit: str = "110001"
    accepted: list[Accepted] = field(default_factory=list)

    def run(self, verb: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """``verb(session, …)`` in a transaction of its own."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return verb(session, *args, **values)

    @property
    def reference(self) -> Reference:
        with Session(self.engine) as session:
            return reference(session, self.at)

    def unit_id(self, code: str) -> int:
        return self.reference.by_code[code].unit_id

    def later(self, **span: float) -> Desk:
        self.at += timedelta(**span)
        return self

    def accept(self, **values: Any) -> Accepted:
        facts = {
            "kind": "complaint",
            "title": "柳荫街道垃圾没人清运",
            "text": "东区柳荫街道柳荫第一社区楼下垃圾堆积三天没人清运",
            "reporter": Reporter("王小明", "13800138000"),
        } | values
        found: Accepted = self.run(
            intake.accept, Intake(**facts), reference=self.reference, vault=self.vault, actor="account:1", at=self.at
        )
        self.accepted.append(found)
        return found

    def acknowledge(self, ticket_id: int, unit: str = "110001") -> Ticket:
        return self.run(services.acknowledge, ticket_id, unit_id=self.unit_id(unit), actor="account:2", at=self.at)

    def contact(self, ticket_id: int, unit: str = "110001") -> Ticket:
        return self.run(services.first_contact, ticket_id, unit_id=self.unit_id(unit), actor="account:2", at=self.at)

    def complete(self, ticket_id: int, unit: str = "110001", answer: str = "已清运", **values: Any) -> Ticket:
        return self.run(
            services.complete,
            ticket_id,
            unit_id=self.unit_id(unit),
            answer=answer,
            reference=self.reference,
            actor="account:2",
            at=self.at,
            **values,
        )

    def dispute(
        self, ticket_id: int, unit: str = "110001", ground: str = "outside_duty", reason: str = "非本单位职责"
    ) -> Any:
        return self.run(
            disputing.dispute,
            ticket_id,
            unit_id=self.unit_id(unit),
            ground=ground,
            reason=reason,
            reference=self.reference,
            actor="account:2",
            at=self.at,
        )

    def rule(self, ticket_id: int, ruling: str, unit_code: str | None = None) -> Ticket:
        return self.run(
            disputing.rule,
            ticket_id,
            ruling=ruling,
            unit_code=unit_code,
            reason="核实",
            reference=self.reference,
            actor="account:3",
            at=self.at,
        )

    def dispatch(self, ticket_id: int, unit_code: str, category: str | None = None) -> Ticket:
        return self.run(
            reassigning.dispatch_waiting,
            ticket_id,
            unit_code=unit_code,
            category=category,
            reference=self.reference,
            actor="account:4",
            at=self.at,
        )

    def attempt(self, ticket_id: int, outcome: str = "reached", **answers: Any) -> Any:
        return self.run(
            follow_ups.attempt,
            ticket_id,
            outcome=outcome,
            reference=self.reference,
            actor="account:5",
            at=self.at,
            **answers,
        )

    def sweep(self) -> int:
        return int(self.run(sweep.sweep, self.at, reference=self.reference, limit=1000))

    def ticket(self, ticket_id: int) -> Ticket:
        return self.run(lambda session: session.get_one(Ticket, ticket_id))

    def events(self, ticket_id: int) -> list[Event]:
        return list(self.run(queries.timeline, ticket_id))

    def event_types(self, ticket_id: int) -> list[str]:
        return [event.type for event in self.events(ticket_id)]


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    engine = lend_engine("desk", str(config.database_url), **engine_options())
    yield engine
    engine.dispose()


@pytest.fixture
def desk(config: Config, engine: Engine) -> Desk:
    """The town's desk. Its database is a copy of one where :func:`found` was called (tests/conftest.py)."""
    return Desk(engine, Vault(config.vault_keys, config.blind_index_keys))


def found(session: Session) -> None:
    """The calendar and the town's units."""
    directory.load_shipped_calendar(session)
    directory.import_units(session, town_rows(), at=MONDAY)


def town_rows(units: Sequence[tuple[str, str, str, str]] = TOWN) -> list[Row]:
    """Units as an exchange file has them, those of the town by default."""
    return [Row(line, [*row, ""]) for line, row in enumerate(units, start=2)]
