"""Unread for N minutes: the backup is called, exactly once, whoever sweeps and whatever the clocks do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from dispatch.access import services as access
from dispatch.duty import calling
from dispatch.duty.standing_in import UNREAD
from dispatch.notices.models import Notice
from tests.duty.conftest import Rota
from tests.town import MONDAY

DUE = MONDAY + timedelta(minutes=15)
TICK = timedelta(microseconds=1)


@pytest.fixture
def on_duty(rota: Rota) -> Rota:
    """Li on duty with Wang behind, and one call of Li's."""
    rota.enter(rota.new(0, 8, "li", "wang"))
    rota.called()
    return rota


def inboxes(rota: Rota) -> list[str]:
    query = select(Notice.unit_id).where(Notice.kind == UNREAD)
    codes = {unit.unit_id: unit.code for unit in rota.desk.reference.by_id.values()}
    return [codes[unit_id] for unit_id in rota.desk.run(lambda session: session.scalars(query).all())]


def test_call_the_backup_when_the_minutes_are_over_and_not_before(on_duty: Rota) -> None:
    assert on_duty.sweep(DUE - TICK) == 0
    assert on_duty.sweep(DUE) == 1
    assert on_duty.sweep(DUE + timedelta(hours=1)) == 0
    assert on_duty.calls() == [("li", False), ("wang", True)]
    first, second = on_duty.rows()
    assert (first.backup_called_at, first.read_at) == (DUE, None)
    assert (second.called_at, second.backup_due_at, second.event_number) == (DUE, None, first.event_number)


def test_call_each_backup_once_when_many_sweeps_race(on_duty: Rota) -> None:
    for _ in range(20):
        on_duty.desk.accept()
    on_duty.listen()
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: on_duty.sweep(DUE, limit=5), range(24)))
    done.append(on_duty.sweep(DUE))
    assert sum(done) == 21
    backups = [row for row in on_duty.rows() if row.is_backup]
    assert len(backups) == len({(row.ticket_id, row.event_number) for row in backups}) == 21


def test_call_nobody_when_it_was_read(on_duty: Rota) -> None:
    call = on_duty.rows()[0]
    on_duty.desk.run(calling.read_ticket, call.ticket_id, account_id=call.account_id, at=DUE - TICK)
    assert on_duty.sweep(DUE) == 0
    assert on_duty.calls() == [("li", False)]


def test_call_nobody_when_the_unit_has_acknowledged_and_the_consumer_is_behind(on_duty: Rota) -> None:
    on_duty.desk.later(minutes=14).acknowledge(on_duty.rows()[0].ticket_id)
    on_duty.sweep(DUE)  # the outbox's row of the acknowledgement still waits
    assert on_duty.calls() == [("li", False)]
    assert on_duty.rows()[0].read_at == on_duty.desk.at
    on_duty.listen()
    assert on_duty.sweep(DUE) == 0


def test_call_nobody_when_the_ticket_was_taken_away(on_duty: Rota) -> None:
    withdrawn = text("UPDATE assignment SET state = 'withdrawn'")
    on_duty.desk.run(lambda session: session.execute(withdrawn))
    assert on_duty.sweep(DUE) == 1
    assert on_duty.sweep(DUE) == 0
    assert on_duty.calls() == [("li", False)]


def test_call_nobody_twice_when_clocks_move_a_day_back_and_forth(on_duty: Rota) -> None:
    random = Random(7)
    for _ in range(40):
        on_duty.desk.at = MONDAY + timedelta(days=random.choice((-1, 0, 1)), minutes=random.randrange(60))
        on_duty.sweep()
        on_duty.listen()
    on_duty.sweep(DUE)
    assert on_duty.calls() == [("li", False), ("wang", True)]


def test_pass_by_when_the_reader_is_just_opening_it(on_duty: Rota) -> None:
    call = on_duty.rows()[0]

    def reading(session: object) -> int:
        calling.read(session, call.call_id, account_id=call.account_id, at=DUE)  # type: ignore[arg-type]
        return on_duty.sweep(DUE)

    assert on_duty.desk.run(reading) == 0
    assert on_duty.sweep(DUE) == 0
    assert on_duty.calls() == [("li", False)]


def test_call_the_heads_when_no_backup_is_named(rota: Rota) -> None:
    rota.person("head-a", "unit_head")
    rota.person("head-b", "unit_head")
    rota.person("head-far", "unit_head", "110002")
    rota.person("head-gone", "unit_head")
    rota.desk.run(access.disable, "head-gone", actor="system:test", at=MONDAY)
    rota.enter(rota.new(0, 8, "li"))
    rota.called()
    rota.sweep(DUE)
    assert rota.calls() == [("li", False), ("head-a", True), ("head-b", True)]
    assert inboxes(rota) == []


def test_call_the_heads_when_the_backups_account_is_no_longer_in_use(on_duty: Rota) -> None:
    on_duty.person("head", "unit_head")
    on_duty.desk.run(access.disable, "wang", actor="system:test", at=MONDAY)
    on_duty.sweep(DUE)
    assert on_duty.calls() == [("li", False), ("head", True)]


def test_tell_the_district_when_there_is_no_head_but_the_one_on_duty(rota: Rota) -> None:
    rota.person("head", "unit_head")
    rota.enter(rota.new(0, 8, "head"))
    rota.called()
    assert rota.sweep(DUE) == 1
    assert rota.sweep(DUE) == 0
    assert rota.calls() == [("head", False)]
    assert inboxes(rota) == ["110"]


def test_find_the_due_ones_by_the_partial_index(on_duty: Rota) -> None:
    plan = text(
        "EXPLAIN SELECT * FROM duty_call WHERE backup_due_at IS NOT NULL AND read_at IS NULL AND backup_called_at IS NULL"
        " AND backup_due_at <= '2026-11-02' ORDER BY backup_due_at, call_id LIMIT 100 FOR UPDATE SKIP LOCKED"
    )

    def explain(session: object) -> str:
        session.execute(text("SET LOCAL enable_seqscan = off"))  # type: ignore[attr-defined]
        return "\n".join(session.scalars(plan))  # type: ignore[attr-defined]

    assert "ix_duty_call_backup_due_at" in on_duty.desk.run(explain)
