"""What only some schemes ask for, counted as of any instant: first steps in time, redos, returns, callers who came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from assessment import beside, facts
from assessment.given import queries as given
from assessment.given import services as entering
from assessment.given.services import Entered
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.schemes import builtin, loads
from assessment.schemes.model import Group
from dispatch.kernel.errors import DomainError
from dispatch.tickets.models import Assignment, Ticket
from tests.assessment.test_indicators import HEAD
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

ZONE = ZoneInfo("Asia/Shanghai")
SCHEME = loads(
    HEAD.replace('["help"]', '["help", "complaint", "report"]').replace("due_at", "received_at")
    + "[weights]\nacknowledged_in_time = 0.2\nfirst_contact_in_time = 0.2\nredo = 0.1\nrepeats = 0.1\nclosed = 0.2\n"
    "first_dispatch = 0.2\n[on_zero]\nacknowledged_in_time = 1\nfirst_contact_in_time = 1\n"
)
NOVEMBER = Period.parse("2026-11", SCHEME, ZONE)
NAMES = ("acknowledge_due", "acknowledged_in_time", "contact_due", "contacted_in_time")


def counts(desk: Desk, as_of: datetime | None = None, code: str = "110001", group: str = "township") -> Counts:
    found = desk.run(facts.counts, SCHEME, NOVEMBER, group, as_of or desk.at)
    return found.get(code, Counts())


def steps(of: Counts) -> tuple[int, ...]:
    return tuple(getattr(of, name) for name in NAMES)


def change(session: Session, ticket_id: int, **values: object) -> None:
    session.execute(update(Ticket).where(Ticket.ticket_id == ticket_id).values(**values))


def test_count_a_first_step_once_it_is_due_or_done_and_as_in_time_by_its_own_limit(desk: Desk) -> None:
    prompt, late = desk.accept().ticket_id, desk.accept(text="柳荫街道路灯不亮").ticket_id
    accepted_at = desk.at
    assert steps(counts(desk)) == (0, 0, 0, 0), "nothing is due yet"
    desk.later(minutes=5).acknowledge(prompt)
    desk.contact(prompt)
    done_at = desk.at
    assert steps(counts(desk)) == (1, 1, 1, 1)
    desk.later(days=4).acknowledge(late)
    desk.contact(late)
    assert steps(counts(desk)) == (2, 1, 2, 1)
    assert counts(desk).first_dispatched == 2
    assert steps(counts(desk, done_at)) == (1, 1, 1, 1), "as of an instant, what was known then"
    assert steps(counts(desk, accepted_at)) == (0, 0, 0, 0)
    assert steps(counts(desk, code="110", group="district")) == (2, 1, 2, 1), "pooled at the district"
    desk.run(change, late, is_excluded=True)
    assert steps(counts(desk)) == (1, 1, 1, 1)
    assert desk.run(facts.counts, builtin("beijing"), NOVEMBER, "township", desk.at)["110001"].acknowledge_due == 0


def test_count_redos_returns_and_who_came_back_as_known_then(desk: Desk) -> None:
    returned, again = desk.accept().ticket_id, desk.accept(text="柳荫街道路灯不亮").ticket_id
    desk.run(change, again, previous_ticket_id=returned)
    desk.later(hours=1).dispute(returned)
    desk.later(hours=1).rule(returned, "upheld", "110002")
    ruled_at = desk.at
    before = counts(desk, ruled_at - timedelta(microseconds=1))
    assert (before.received, before.first_dispatched, before.came_back) == (2, 2, 1)
    other = counts(desk, code="110002")
    assert (other.received, other.first_dispatched) == (1, 0)
    desk.later(days=8).sweep()
    desk.attempt(again, contacted=True, solved="no", satisfaction="dissatisfied")
    asked_at = desk.at
    desk.later(hours=1).run(_redo, again, desk.at)
    assert (counts(desk, asked_at).redone, counts(desk).redone) == (0, 1)


def _redo(session: Session, ticket_id: int, at: datetime) -> None:
    first = session.get_one(Assignment, (ticket_id, 1))
    made = {"ticket_id": ticket_id, "number": 9, "round": 2, "role": "lead", "unit_id": first.unit_id, "state": "sent"}
    session.add(Assignment(**made, sent_at=at, is_due_provisional=False, is_designated=False))
    session.flush()
    change(session, ticket_id, redos=1, lead_since=at)


def enter(desk: Desk, key: str, *lines: tuple[str, str], source: str = "统计局第3号", period: str = "2026-11") -> int:
    typed = [Entered(code, value, source) for code, value in lines]
    stamp = {"group": Group.TOWNSHIP, "actor": "account:5", "zone": ZONE, "at": desk.at}
    added: int = desk.run(entering.enter, key, period, typed, **stamp)
    return added


def test_given_values_are_versions_and_count_as_of_an_instant(desk: Desk) -> None:
    assert enter(desk, "proactive_topics", ("110001", "3"), ("110002", "")) == 1
    first_at = desk.at
    assert enter(desk.later(hours=1), "proactive_topics", ("110001", "3.0")) == 0, "the same number says nothing new"
    assert enter(desk, "proactive_topics", ("110001", "4"), ("110002", "1")) == 2
    second_at = desk.at
    assert enter(desk.later(hours=1), "proactive_topics", ("110002", "")) == 1
    said = [desk.run(given.values, ["proactive_topics"], "2026-11", at) for at in (first_at, second_at, desk.at)]
    assert [{code: int(value["proactive_topics"]) for code, value in one.items()} for one in said] == [
        {"110001": 3},
        {"110001": 4, "110002": 1},
        {"110001": 4},
    ]
    deductions = builtin("deductions")
    month = Period.parse("2026-11", deductions, ZONE)
    counted = desk.run(facts.counts, deductions, month, "township", desk.at)
    assert {code: of.proactive_topics for code, of in counted.items()} == {"110001": 4}
    assert desk.run(beside.entered, deductions, month, desk.at) == {}, "topics earn points, and nothing else"


REFUSED: list[tuple[str, tuple[str, str], dict[str, str], str]] = [
    ("weather", ("110001", "1"), {}, "given.unknown_kind"),
    ("inspection", ("999", "1"), {}, "given.unknown_unit"),
    ("inspection", ("110001", "a"), {}, "given.value_unreadable"),
    ("inspection", ("110001", "nan"), {}, "given.value_unreadable"),
    ("inspection", ("110001", "101"), {}, "given.out_of_range"),
    ("inspection", ("110001", "-1"), {}, "given.out_of_range"),
    ("inspection", ("110001", "1.0000001"), {}, "given.out_of_range"),
    ("knowledge_updates", ("110001", "1.5"), {}, "given.out_of_range"),
    ("inspection", ("110001", "1"), {"source": " "}, "given.source_missing"),
    ("inspection", ("110001", "1"), {"source": "x" * 201}, "given.source_missing"),
    ("inspection", ("110001", "1"), {"period": "2027-03"}, "period.not_begun"),
    ("inspection", ("110001", "1"), {"period": "2026-13"}, "period.unreadable"),
]


def test_given_value_is_refused_by_name(desk: Desk) -> None:
    for key, line, more, code in REFUSED:
        with pytest.raises(DomainError) as refused:
            enter(desk, key, line, **more)
        assert refused.value.code == code, (key, line, more)
    assert desk.run(given.values, ["inspection", "knowledge_updates"], "2026-11", desk.at) == {}
    with pytest.raises(DomainError) as refused:
        enter(desk, "inspection", ("110001", "90"), ("110002", "80"), ("110001", "70"))
    assert (refused.value.code, refused.value.details["field"]) == ("given.repeated_unit", "value-110001")
    assert desk.run(given.values, ["inspection"], "2026-11", desk.at) == {}, "all of a form or none of it"
