"""Cases of rules.md §6 by hand: who is charged, which answer counts, what was known at T."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from assessment import facts, schemes
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.schemes.model import CountBy
from assessment.service import Table, table
from dispatch import contract
from dispatch.directory import services as directory
from dispatch.exchange.csvfile import Row
from dispatch.follow_ups.models import FollowUpAttempt
from dispatch.kernel.errors import DomainError
from dispatch.merging import services as merging
from dispatch.tickets.models import Assignment, Ticket
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

ZONE = ZoneInfo("Asia/Shanghai")
BEIJING = schemes.load("beijing")
NOVEMBER = Period.parse("2026-11", BEIJING, ZONE)
LATER = MONDAY + timedelta(days=60)


@pytest.fixture
def session(desk: Desk) -> Iterator[Session]:
    with Session(desk.engine) as session:
        yield session


def ranked(session: Session, group: str = "township", as_of: datetime = LATER, **asked: Any) -> Table:
    scheme = asked.get("scheme", BEIJING)
    period = Period.parse(asked.get("period", "2026-11"), scheme, ZONE)
    return table(session, scheme, period, group, as_of, at=asked.get("at", LATER))


def counts_of(session: Session, code: str, group: str = "township", as_of: datetime = LATER) -> Counts:
    return facts.counts(session, BEIJING, NOVEMBER, group, as_of, with_pending=True).get(code, Counts())


def add_attempt(desk: Desk, ticket_id: int, number: int, **values: Any) -> None:
    """A further attempt of the first round, as a later reopening or an appeal's record may leave one."""
    row = {"ticket_id": ticket_id, "round": 1, "number": number, "at": desk.at, "agent": "account:5"}
    desk.run(lambda session: session.execute(insert(FollowUpAttempt).values(**row | {"outcome": "reached"} | values)))


def change(desk: Desk, ticket_id: int, **values: Any) -> None:
    desk.run(lambda session: session.execute(update(Ticket).where(Ticket.ticket_id == ticket_id).values(**values)))


def test_count_the_answer_known_then_when_a_fuller_one_came_later(desk: Desk, session: Session) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(days=7, seconds=1).sweep()
    desk.later(hours=1).attempt(ticket_id, contacted=True, satisfaction="dissatisfied")
    first_at = desk.at
    desk.later(days=1)
    add_attempt(desk, ticket_id, 2, contacted=True, solved="yes", satisfaction="satisfied")
    change(desk, ticket_id, followed_up_at=desk.at, solved="yes", satisfaction="satisfied")
    before, after = counts_of(session, "110001", as_of=desk.at - timedelta(seconds=1)), counts_of(session, "110001")
    assert (before.valid, before.yes, before.satisfied, before.unknown_solved) == (1, 0, 0, 1)
    assert (after.valid, after.yes, after.satisfied, after.unknown_solved) == (1, 1, 1, 0)
    assert counts_of(session, "110001", as_of=first_at - timedelta(microseconds=1)).valid == 0


def test_charge_the_lead_of_the_opening_when_the_ticket_moved_on(desk: Desk, session: Session) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).dispute(ticket_id)
    held_by_first = desk.at
    desk.later(hours=2).rule(ticket_id, "upheld", "110002")
    desk.acknowledge(ticket_id, "110002")
    desk.later(days=8).sweep()
    assert counts_of(session, "110001", as_of=held_by_first).received == 1
    assert (counts_of(session, "110001").received, counts_of(session, "110002").received) == (0, 1)


def hand_over(desk: Desk, ticket_id: int, code: str, **first: Any) -> None:
    """Another lead after the follow-up opened: what a redo or an error found late leaves behind; ``first``: what became of the old
    one."""
    row = {
        "ticket_id": ticket_id,
        "number": 9,
        "round": 2,
        "role": "lead",
        "unit_id": desk.unit_id(code),
        "state": "sent",
    }
    row |= {"sent_at": desk.at, "is_due_provisional": False, "is_designated": False}
    desk.run(lambda session: session.execute(insert(Assignment).values(**row)))
    if first:
        of_first = update(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.number == 1)
        desk.run(lambda session: session.execute(of_first.values(**first)))
    change(desk, ticket_id, unit_id=desk.unit_id(code), lead_since=desk.at, first_contact_at=None, completed_at=None)


def test_keep_the_charge_and_the_steps_of_the_first_round_when_it_is_redone(desk: Desk, session: Session) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    desk.contact(ticket_id)
    desk.complete(ticket_id)
    desk.later(days=7, seconds=1).sweep()
    hand_over(desk.later(days=1), ticket_id, "110002")
    found = counts_of(session, "110001")
    assert (found.received, found.first_contacted, found.on_time) == (1, 1, 1)
    assert counts_of(session, "110002").received == 0


def test_charge_nobody_when_the_error_was_found_after_the_opening(desk: Desk, session: Session) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(days=7, seconds=1).sweep()
    desk.later(days=1)
    hand_over(desk, ticket_id, "110002", withdrawn_at=desk.at, withdrawn_for="hotline_error")
    assert facts.counts(session, BEIJING, NOVEMBER, "township", LATER) == {}
    assert counts_of(session, "110001", as_of=desk.at - timedelta(seconds=1)).received == 1


def test_charge_nobody_when_the_dispute_was_upheld_by_silence(desk: Desk, session: Session) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).dispute(ticket_id)
    desk.later(days=3).sweep()
    assert desk.ticket(ticket_id).state == "awaiting_dispatch"
    assert facts.counts(session, BEIJING, NOVEMBER, "township", LATER) == {}
    assert counts_of(session, "110001", as_of=desk.at - timedelta(days=2)).received == 1


def test_count_no_valid_answer_when_the_caller_withdrew_or_was_merged(desk: Desk, session: Session) -> None:
    withdrawn, merged = (desk.accept(text=text).ticket_id for text in ("柳荫街道垃圾", "柳荫街道还是垃圾"))
    desk.later(days=7, seconds=1).sweep()
    for ticket_id in (withdrawn, merged):
        desk.attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    change(desk, withdrawn, withdrawn_at=desk.later(hours=1).at)
    change(desk, merged, merged_at=desk.at)
    before, after = counts_of(session, "110001", as_of=desk.at - timedelta(seconds=1)), counts_of(session, "110001")
    assert (before.received, before.valid) == (2, 2)
    assert (after.received, after.valid, after.pending) == (1, 0, 0)


def test_count_at_the_district_of_the_dispatch_when_a_township_changed_districts(desk: Desk, session: Session) -> None:
    desk.accept()
    moved_at = desk.later(days=1).at
    desk.run(
        directory.import_units,
        [Row(2, ["110001", "柳荫街道", "township", "120", ""])],
        at=moved_at,
        effective_from=moved_at,
    )
    desk.later(days=1).accept(text="西区柳荫街道垃圾")
    assert [counts_of(session, code, "district").received for code in ("110", "120")] == [1, 1]
    assert counts_of(session, "110001").received == 2


def test_name_the_charged_unit_that_has_no_row_when_it_had_ended(desk: Desk, session: Session) -> None:
    desk.accept()
    desk.run(directory.end_unit, "110001001", at=desk.at)
    desk.run(directory.end_unit, "110001", at=desk.later(days=1).at)
    # Placed by its due instant, the ticket falls into a week that begins after the unit's end.
    found = ranked(session, scheme=schemes.load("fair"), period="2026-W46")
    assert found.unlisted == ("110001",)
    assert "110001" not in [row.unit.code for row in found.rows]
    assert "110001" in [row.unit.code for row in ranked(session).rows]


def test_say_running_and_how_many_are_pending_when_the_period_has_not_settled(desk: Desk, session: Session) -> None:
    given_up = desk.accept().ticket_id
    desk.accept(text="柳荫街道垃圾又堆满了")
    desk.later(days=7, seconds=1).sweep()
    for hours in (1, 24, 24):
        desk.later(hours=hours).attempt(given_up, "no_answer")
    settles_at = datetime(2026, 11, 28, 16, tzinfo=UTC)
    running = ranked(session, as_of=settles_at - timedelta(microseconds=1))
    assert (running.is_running, running.pending, running.settles_at) == (True, 1, settles_at)
    assert (running.total.received, running.total.valid) == (2, 0)
    assert not ranked(session, as_of=settles_at).is_running


def test_read_the_ticket_behind_a_number_when_asked_by_unit(desk: Desk, session: Session) -> None:
    accepted = desk.accept()
    desk.accept(text="西区八一街道垃圾")
    (fact,) = contract.ticket_facts(
        session, "township", LATER, facts.span_of(BEIJING, NOVEMBER), unit_id=desk.unit_id("110001")
    )
    assert (fact.ticket_no, fact.unit_id, fact.is_valid) == (accepted.ticket_no, desk.unit_id("110001"), False)
    assert fact.received_at == MONDAY
    after = contract.ticket_facts(session, "township", LATER, facts.span_of(BEIJING, NOVEMBER), after=fact.ticket_id)
    assert [one.unit_id for one in after] == [desk.unit_id("120001")]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"group": "community"}, "ranking.unknown_group"),
        ({"period": "2027-03"}, "period.not_begun"),
        ({"period": "2026-13"}, "period.unreadable"),
    ],
)
def test_refuse_the_question_when_it_makes_no_sense(session: Session, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        ranked(session, **asked)
    assert refused.value.code == code


def test_count_each_voice_or_the_survivor_once_when_tickets_were_merged(desk: Desk, session: Session) -> None:
    first, second = desk.accept(), desk.later(minutes=10).accept()
    merged_at = desk.later(hours=1).at
    stamp = {"reference": desk.reference, "actor": "account:1"}
    desk.run(merging.merge, second.ticket_id, ticket_no=first.ticket_no, at=merged_at, **stamp)
    desk.later(days=8).sweep()
    desk.attempt(first.ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    desk.attempt(second.ticket_id, contacted=True, solved="no", satisfaction="dissatisfied")
    by_voice = replace(BEIJING, count_by=CountBy.VOICE)
    once, each = ranked(session).total, ranked(session, scheme=by_voice).total
    assert (once.received, once.valid, once.yes) == (1, 1, 1)
    assert (each.received, each.valid, each.yes) == (2, 2, 1)
    before = {"as_of": merged_at - timedelta(microseconds=1)}
    assert ranked(session, **before).total.received == ranked(session, scheme=by_voice, **before).total.received == 2


def test_count_a_voice_as_merged_at_instants_before_it_was_unmerged(desk: Desk, session: Session) -> None:
    first, second = desk.accept(), desk.later(minutes=10).accept()
    stamp = {"reference": desk.reference, "actor": "account:1"}
    merged_at = desk.later(hours=1).at
    desk.run(merging.merge, second.ticket_id, ticket_no=first.ticket_no, at=merged_at, **stamp)
    parted_at = desk.later(hours=1).at
    desk.run(merging.unmerge, second.ticket_id, at=parted_at, **stamp)
    seen = [
        ranked(session, as_of=at + timedelta(microseconds=step)).total.received
        for at in (merged_at, parted_at)
        for step in (-1, 0)
    ]
    assert seen == [2, 1, 1, 2]
