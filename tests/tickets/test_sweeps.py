"""Sweeps after an outage, by clocks that jump or differ, at once, past a ticket that cannot be swept: none twice, none missed."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel import audit
from dispatch.limits.sweep import next_instant, sweep
from dispatch.tickets.models import Assignment, Card, LadderStep
from tests.tickets import sweepable
from tests.tickets.sweepable import FIRST, ORDINARY
from tests.town import MONDAY, Desk

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)  # the limit of a complaint in the town
STEPS = ("50%", "25%", "due", "+1wd", "+5wd")


def cards(desk: Desk) -> dict[int, list[tuple[str, datetime, datetime]]]:
    """Every card by ticket, as it should have come."""
    found: dict[int, list[tuple[str, datetime, datetime]]] = {}
    for card in desk.run(lambda session: session.scalars(select(Card).order_by(Card.should_at)).all()):
        found.setdefault(card.ticket_id, []).append((card.colour, card.should_at, card.issued_at))
    return found


def written(desk: Desk, table: str) -> int:
    return int(desk.run(lambda session: session.scalar(text(f"SELECT count(*) FROM {table}"))))


def sweep_all(desk: Desk, at: datetime, *, limit: int = 1000) -> int:
    """Sweep, a transaction each, until nothing is left; how many sweeps found something."""
    runs = 0
    while desk.run(lambda session: sweep(session, at, reference=reference(session, at), limit=limit)):
        runs += 1
    return runs


def stock(desk: Desk, count: int) -> datetime:
    """So many open tickets as rows, sent at the same instant; the due instant of all."""

    def fill(session: Session) -> datetime:
        city = reference(session, MONDAY)
        for number in range(count):
            sweepable.write(session, ORDINARY, number, city)
        due: datetime | None = session.scalars(select(Assignment.due_at).limit(1)).one()
        assert due is not None
        return due

    found: datetime = desk.run(fill)
    return found


def assert_each_once(desk: Desk, tickets: int, *, steps: tuple[str, ...] = STEPS) -> None:
    """Two cards, every step and one follow-up per ticket, an event for each, and chains without gaps."""
    told = desk.run(lambda session: Counter(session.scalars(select(LadderStep.step))))
    assert told == dict.fromkeys(steps, tickets)
    assert Counter(colour for of_ticket in cards(desk).values() for colour, *_ in of_ticket) == {
        "yellow": tickets,
        "red": tickets,
    }
    kinds = "SELECT type, count(*) FROM event WHERE actor = 'system:sweep' GROUP BY type"
    found = dict(desk.run(lambda session: [tuple(row) for row in session.execute(text(kinds))]))
    assert found == {
        "card.issued": 2 * tickets,
        "ladder.reached": len(steps) * tickets,
        "follow_up.opened": tickets,
    }
    assert written(desk, "follow_up") == tickets
    assert [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)] == []


def test_each_card_comes_once_with_both_its_times_when_the_sweep_was_out_for_three_days(desk: Desk) -> None:
    for _ in range(6):
        desk.accept()
        desk.later(hours=11)
    promised = {one.ticket_id: one.due_at for one in desk.accepted}
    back = MONDAY + WEEK + timedelta(hours=55) + 3 * DAY  # the last of them fell due three days ago
    assert sweep_all(desk, back, limit=4) > 1
    assert cards(desk) == {
        ticket_id: [("yellow", due - DAY, back), ("red", due + TICK, back)] for ticket_id, due in promised.items()
    }
    assert sweep_all(desk, back + timedelta(seconds=10)) == 0


def test_nothing_comes_twice_and_nothing_is_missed_when_the_clock_jumps_a_day(desk: Desk) -> None:
    early, late = desk.accept(), desk.later(days=2).accept()
    due = {one.ticket_id: one.due_at for one in (early, late)}
    now = MONDAY + WEEK - timedelta(hours=2)
    for at in (now, now + DAY, now, now - DAY, now + DAY, now):
        sweep_all(desk, at)
    assert [colour for colour, *_ in cards(desk)[early.ticket_id]] == [
        "yellow",
        "red",
    ]  # red came by the clock that was ahead
    assert late.ticket_id not in cards(desk)
    at = now
    while at < MONDAY + 3 * WEEK:
        at += timedelta(hours=7)
        sweep_all(desk, at)
        sweep_all(desk, at - DAY)
    assert_each_once(desk, 2)
    assert [should_at for _, should_at, _ in cards(desk)[late.ticket_id]] == [
        due[late.ticket_id] - DAY,
        due[late.ticket_id] + TICK,
    ]
    assert {desk.ticket(ticket_id).due_at for ticket_id in due} == set(due.values())


def test_each_comes_once_when_two_hosts_five_minutes_apart_sweep_at_the_same_time(desk: Desk) -> None:
    due, tickets = stock(desk, 60), 60
    for since in (due - 2 * DAY, due, due + 30 * DAY):
        start = Barrier(4)

        def run(ahead: timedelta, since: datetime = since, start: Barrier = start) -> None:
            start.wait()
            sweep_all(desk, since + ahead, limit=7)

        with ThreadPoolExecutor(4) as hosts:
            list(hosts.map(run, (timedelta(), timedelta(minutes=5)) * 2))
        sweep_all(desk, since + timedelta(minutes=5))
    assert_each_once(desk, tickets)


def test_one_ticket_that_cannot_be_read_stops_no_other(desk: Desk) -> None:
    due = stock(desk, 9)
    bad = FIRST + 2 * 4
    spoil = "UPDATE assignment SET limit_text = :limit WHERE ticket_id = :bad"
    desk.run(lambda session: session.execute(text(spoil), {"limit": "bald", "bad": bad}))
    assert sweep_at(desk, due + 30 * DAY) == 9
    assert set(cards(desk)) == {FIRST + 2 * n for n in range(9)} - {bad}
    assert is_due(desk) == [bad]
    desk.run(lambda session: session.execute(text(spoil), {"limit": "5wd", "bad": bad}))
    assert sweep_at(desk, due + 30 * DAY) == 1
    assert_each_once(desk, 9)


REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ticket_id IN (900004, 900014) THEN RAISE EXCEPTION 'refused'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION refuse()
"""


@pytest.mark.parametrize("table", ["card", "event", "follow_up"])
def test_tickets_that_the_database_refuses_stop_no_other(desk: Desk, table: str) -> None:
    due, bad = stock(desk, 9), [900004, 900014]
    desk.run(lambda session: session.execute(text(REFUSE % table)))
    sweep_at(desk, due + 30 * DAY)
    assert set(cards(desk)) == {FIRST + 2 * n for n in range(9)} - set(bad)
    assert is_due(desk) == bad
    desk.run(lambda session: session.execute(text(f"DROP TRIGGER refuse ON {table}")))
    sweep_at(desk, due + 30 * DAY)
    assert_each_once(desk, 9)


def test_few_of_the_dear_ones_go_in_one_transaction_and_more_are_asked_for(desk: Desk) -> None:
    def fill(session: Session) -> None:
        city = reference(session, MONDAY)
        drawn: list[Any] = [ORDINARY, *[sweepable.WITH_A_VOICE] * 3]
        for number, one in enumerate(drawn):
            sweepable.write(session, one, number, city)

    desk.run(fill)
    at = MONDAY + 40 * DAY
    assert sweep_at(desk, at, limit=50, singly=2) == 50
    assert len(cards(desk)) == 3
    assert sweep_at(desk, at, limit=50, singly=2) == 1
    assert sweep_at(desk, at, limit=50, singly=2) == 0
    assert written(desk, "follow_up") == 7  # the voices' too


def test_sweep_has_something_to_do_at_the_next_instant(desk: Desk) -> None:
    desk.accept()
    raised = desk.dispute(desk.accept().ticket_id)
    assert desk.run(next_instant) == raised.ruling_due_at + TICK
    while (moment := desk.run(next_instant)) is not None:
        assert moment > desk.at
        assert sweep_at(desk, moment - TICK) == 0
        assert sweep_at(desk, moment) > 0
        desk.at = moment


def sweep_at(desk: Desk, at: datetime, *, limit: int = 1000, singly: int | None = None) -> int:
    found: int = desk.run(
        lambda session: sweep(session, at, reference=reference(session, at), limit=limit, singly=singly)
    )
    return found


def is_due(desk: Desk) -> list[int]:
    query = select(Assignment.ticket_id).where(Assignment.next_at.is_not(None)).order_by(Assignment.ticket_id)
    return list(desk.run(lambda session: session.scalars(query).all()))
