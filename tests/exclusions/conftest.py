"""The small town with answered tickets, the people of a case, and a stand-in for whoever publishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assessment.exclusions import ports, services
from assessment.exclusions.applying import Application
from assessment.exclusions.models import ExclusionCase
from assessment.exclusions.ports import CorrectionNeeded, Published
from assessment.exclusions.states import Remedy, Sort
from dispatch.access import permissions
from dispatch.kernel.person import Person
from tests.api.conftest import app, clock, town
from tests.town import Desk, desk, engine

__all__ = ["app", "clock", "desk", "engine", "town"]

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Office:
    """The desk, and people who apply and review; each verb in a transaction of its own."""

    desk: Desk
    published: dict[int, Published] = field(default_factory=dict)
    corrected: list[tuple[CorrectionNeeded, str, datetime]] = field(default_factory=list)

    def person(self, number: int, role: str, unit: str | None = None) -> Person:
        unit_id = self.desk.unit_id(unit) if unit else None
        may = permissions.permissions_of([role])
        return Person(number, f"p{number}", "某人", frozenset({role}), may, unit_id, unit)

    @property
    def officer(self) -> Person:
        return self.person(11, "unit_officer", "110001")

    @property
    def evaluator(self) -> Person:
        return self.person(21, "evaluator")

    @property
    def supervisor(self) -> Person:
        return self.person(31, "city_supervisor")

    def answered(self, **answers: Any) -> int:
        """A ticket of 110001, completed and followed up with these answers (or unsolved and dissatisfied)."""
        ticket_id = self.desk.accept().ticket_id
        self.desk.later(hours=1).acknowledge(ticket_id)
        self.desk.complete(ticket_id)
        self.desk.later(days=8).sweep()
        given = {"contacted": True, "solved": "no", "satisfaction": "dissatisfied"} | answers
        self.desk.attempt(ticket_id, **given)
        return ticket_id

    def apply(self, ticket_id: int, person: Person | None = None, **values: Any) -> ExclusionCase:
        asked = {
            "ticket_no": self.desk.ticket(ticket_id).ticket_no,
            "sort": Sort.EXCLUSION,
            "remedy": Remedy.EXCLUDE,
            "ground": "not_as_reported",
            "reason": "经现场核实，反映的事项不存在",
            "events": (1,),
        }
        return self._run(services.apply, Application(**asked | values), person=person or self.officer, zone=ZONE)

    def review(self, case: ExclusionCase, person: Person | None = None, *, is_passed: bool = True) -> ExclusionCase:
        values = {"is_passed": is_passed, "reason": "材料齐全", "person": person or self.evaluator}
        return self._run(services.first_review, case.case_id, **values)

    def decide(self, case: ExclusionCase, person: Person | None = None, *, is_granted: bool = True) -> ExclusionCase:
        values = {"is_granted": is_granted, "reason": "同意", "person": person or self.supervisor}
        return self._run(services.decide, case.case_id, **values)

    def withdraw(self, case: ExclusionCase, person: Person | None = None) -> ExclusionCase:
        return self._run(services.withdraw, case.case_id, reason="不再申请", person=person or self.officer)

    def granted(self, ticket_id: int, **values: Any) -> ExclusionCase:
        case = self.apply(ticket_id, **values)
        self.review(case)
        return self.decide(case)

    def publish(self, number: int, at: datetime, **words: str) -> None:
        said = {"scheme": "beijing", "period": "2026-11", "group": "township"} | words
        self.published[number] = Published(number, published_at=at, **said)

    def answer_again(self, ticket_id: int, **answers: Any) -> str:
        """A later answer on record, of another round; its reference."""
        from dispatch.follow_ups.models import FollowUp, FollowUpAttempt

        at = self.desk.later(days=1).at
        opened = {"ticket_id": ticket_id, "round": 2, "opened_at": at, "next_attempt_at": at, "ended_at": at}
        tried = {"ticket_id": ticket_id, "round": 2, "number": 1, "at": at, "agent": "account:5", "outcome": "reached"}
        rows = (FollowUp(**opened, state="answered", attempt_count=1), FollowUpAttempt(**tried | answers))
        for row in rows:
            self.desk.run(lambda session, row=row: session.add(row))
        return "follow_up:2:1"

    def _run(self, verb: Any, *args: Any, **values: Any) -> Any:
        return self.desk.run(verb, *args, **values, vault=self.desk.vault, at=self.desk.at)


@dataclass(frozen=True)
class Shelf:
    """Publishes what the office says."""

    office: Office

    def published(self, _session: Any, publication_id: int) -> Published | None:
        return self.office.published.get(publication_id)

    def open_to_appeal(self, _session: Any, _unit_code: str, _at: datetime) -> list[Published]:
        return list(self.office.published.values())

    def correct(self, _session: Any, needed: CorrectionNeeded, *, actor: str, at: datetime) -> None:
        self.office.corrected.append((needed, actor, at))


@pytest.fixture
def office(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office(desk)
    monkeypatch.setattr(ports, "_known", [Shelf(office)])
    return office


SOON = timedelta(minutes=1)
