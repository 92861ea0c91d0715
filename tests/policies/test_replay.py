"""Tickets as they stand in the database, replayed: each lead by the matter it was sent with, its extensions and its pauses."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dispatch.catalogue import services as catalogue_services
from dispatch.catalogue.documents import Document
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import Policy, shipped_text
from dispatch.policies import replay
from dispatch.policies.replay import Span
from dispatch.policies.simulation import Lead, Tally
from dispatch.tickets import correcting, limit_correcting, suspending
from tests.catalogue.words import catalogue
from tests.policies.test_versions import extend, lead
from tests.policies.words import file, ordinary, put
from tests.town import MONDAY, Desk

EVER = Span(MONDAY - timedelta(days=400), MONDAY + timedelta(days=400))
MIXED = file(ordinary("5wd", "4wh", "1wd"))


def simulate(desk: Desk, text: str, span: Span = EVER) -> Tally:
    def run(session: Session) -> Tally:
        return replay.simulate(session, Policy.read(text), span, reference=reference(session, desk.at), at=desk.at)

    found: Tally = desk.run(run)
    return found


def leads(desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str) -> list[Lead]:
    """The leads that a simulation is made of."""
    seen: list[Lead] = []
    monkeypatch.setattr(Tally, "add", lambda self, found: seen.extend(found))
    simulate(desk, text)
    return seen


def suspend(desk: Desk, ticket_id: int, until: date) -> None:
    values: dict[str, Any] = {"reference": desk.reference, "at": desk.at}
    unit_id = lead(desk, ticket_id).unit_id
    desk.run(
        *(suspending.ask_suspension, ticket_id),
        unit_id=unit_id,
        measures="等待配件",
        until=until,
        actor="account:2",
        **values,
    )
    desk.run(
        *(suspending.decide_suspension, ticket_id),
        is_approved=True,
        reason="同意",
        unit_id=None,
        actor="account:3",
        **values,
    )


def correct(desk: Desk, ticket_id: int, category: str) -> None:
    values: dict[str, Any] = {"reason": "核实", "reference": desk.reference, "actor": "account:4", "at": desk.at}
    desk.run(correcting.correct, ticket_id, category=category, **values)


def history(desk: Desk) -> list[int]:
    """Tickets with extensions, pauses, corrections and a redo behind them."""
    found = [desk.accept().ticket_id for _ in range(5)]
    desk.later(minutes=30)
    for ticket_id in found[:2]:
        desk.acknowledge(ticket_id)
    correct(desk, found[2], "1002")
    correct(desk, found[3], "1002")
    values: dict[str, Any] = {"reason": "核实", "reference": desk.reference, "actor": "account:4", "at": desk.at}
    desk.run(limit_correcting.recompute_limit, found[3], **values)
    desk.later(hours=20)
    suspend(desk, found[1], date(2026, 11, 10))
    desk.later(days=3)
    desk.complete(found[0])
    return found


def test_count_each_due_instant_as_the_engine_did_when_the_policy_in_force_is_replayed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(desk, MIXED)
    found = history(desk)
    extend(desk, found[4], "3wd")
    rows = leads(desk, monkeypatch, MIXED)
    assert sorted(row.ticket_id for row in rows) == found
    trial = replay.tally(Policy.read(MIXED), desk.reference, desk.at).trial
    for row in rows:
        dues = trial.dues_of(row)
        had = (row.due_at, row.acknowledge_due_at, row.first_contact_due_at)
        assert (dues.resolve, dues.acknowledge, dues.first_contact) == had, row


def test_change_nothing_for_anybody_when_the_policy_in_force_is_simulated(desk: Desk) -> None:
    put(desk, MIXED)
    history(desk)
    desk.later(days=20)
    total = simulate(desk, MIXED).total
    assert total.tickets == 5
    assert total.moved == 0
    assert total.late_before == total.late_after > 0
    assert total.sign_late_before == total.sign_late_after > 0
    assert total.contact_late_before == total.contact_late_after > 0


def test_keep_the_limit_of_the_catalogue_when_another_policy_is_tried(desk: Desk) -> None:
    entries = catalogue("16,,,township,township,,3wd,,属地，三个工作日")
    known = {"name": "试行", "effective_from": desk.at, "actor": "account:9", "at": desk.at}
    desk.run(catalogue_services.put, Document.CATALOGUE, entries, **known)
    first, second = desk.accept(), desk.accept(unit_code="110002")
    assert (first.limit, second.limit) == ("3wd", "7nd")

    found: dict[int, Lead] = {}

    def judge(_tally: Tally, leads: list[Lead]) -> None:
        found.update({one.ticket_id: one for one in leads})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tally, "add", judge)
        simulate(desk, MIXED)
    trial = replay.tally(Policy.read(MIXED), desk.reference, desk.at).trial
    assert trial.dues_of(found[first.ticket_id]).resolve == first.due_at
    assert trial.dues_of(found[second.ticket_id]).resolve != second.due_at


def test_say_the_same_in_any_batches_when_it_walks(desk: Desk) -> None:
    history(desk)
    desk.later(days=20)
    policy = Policy.read(MIXED)
    whole = simulate(desk, MIXED)

    def walk(session: Session) -> Tally:
        city = reference(session, desk.at)
        found = replay.tally(policy, city, desk.at)
        after: int | None = 0
        while after is not None:
            after = replay.step(session, found, EVER, reference=city, after=after, limit=2).after
        return found

    found = desk.run(walk)
    assert (found.tickets, asdict(found.total)) == (whole.tickets, asdict(whole.total))


def test_leave_out_who_was_not_in_the_span_or_was_let_off_when_it_counts(desk: Desk) -> None:
    first = desk.accept().ticket_id
    desk.later(hours=1)
    desk.dispute(first)
    desk.rule(first, "upheld", "110002")
    found = simulate(desk, shipped_text())
    assert {desk.reference.by_id[unit].code for unit in found.units} == {"110002"}
    assert simulate(desk, shipped_text(), Span(MONDAY, MONDAY + timedelta(microseconds=1))).tickets == 1
    assert simulate(desk, shipped_text(), Span(MONDAY + timedelta(microseconds=1), EVER.until)).tickets == 0
    with pytest.raises(DomainError, match="结束时间"):
        simulate(desk, shipped_text(), Span(MONDAY, MONDAY))


def test_take_every_nth_when_there_are_too_many_for_a_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(9):
        desk.accept()
    monkeypatch.setattr(replay, "MOST", 3)
    found = simulate(desk, shipped_text())
    assert (found.every, found.tickets) == (3, 3)
    monkeypatch.setattr(replay, "MOST", 9)
    assert (simulate(desk, shipped_text()).every, simulate(desk, shipped_text()).tickets) == (1, 9)
