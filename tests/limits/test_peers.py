"""What went wrong in other systems' clocks, each as a test that would have caught it here (issue "Time limits …").

Desks are used where a verb of a peer moved or missed a limit; the pure engine where the reckoning itself was wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from dispatch.limits import sweep
from dispatch.limits.calendar import Calendar
from dispatch.limits.office import OfficeHours
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit
from dispatch.tickets import noting
from dispatch.tickets.models import Assignment, Card
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

CALENDAR = Calendar.shipped()
BEFORE_THE_HOLIDAY = datetime.fromisoformat("2026-09-30T10:00:00+08:00")
MANY = 130  # more than the hundred that osTicket flags in a run


def beijing(text_: str) -> datetime:
    return datetime.fromisoformat(f"{text_}+08:00")


def instants(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Any instant between two local midnights."""
    begin, end = beijing(f"{first}T00:00"), beijing(f"{last}T00:00")
    return st.integers(0, int((end - begin).total_seconds())).map(lambda seconds: begin + timedelta(seconds=seconds))


def test_holidays_are_left_out_and_make_up_days_worked() -> None:
    """Signalen counts working days without holidays; nearly all ignore 调休."""
    assert due_at(BEFORE_THE_HOLIDAY, Limit.parse("2wd"), CALENDAR).at == beijing("2026-10-10T00:00")
    assert due_at(BEFORE_THE_HOLIDAY, Limit.parse("3wd"), CALENDAR).at == beijing("2026-10-11T00:00")


def test_clock_stands_while_the_citizen_is_waited_for() -> None:
    """Signalen's deadline never pauses."""
    waited = (beijing("2026-09-30T12:00"), beijing("2026-09-30T15:00"))
    plain = due_at(BEFORE_THE_HOLIDAY, Limit.parse("24h"), CALENDAR).at
    assert due_at(BEFORE_THE_HOLIDAY, Limit.parse("24h"), CALENDAR, (), [waited]).at == plain + timedelta(hours=3)


def test_words_and_calls_do_not_restart_the_clock(desk: Desk) -> None:
    """DIGIT's clock begins again with each comment."""
    ticket_id = desk.accept().ticket_id
    due = [desk.ticket(ticket_id).due_at, *(part.due_at for part in _parts(desk, ticket_id))]
    desk.later(hours=5).acknowledge(ticket_id)
    desk.later(hours=1).contact(ticket_id)
    said = {"unit_id": desk.unit_id("110001"), "words": "已联系", "reference": desk.reference}
    desk.run(noting.note, ticket_id, **said, actor="account:2", at=desk.later(hours=1).at)
    assert [desk.ticket(ticket_id).due_at, *(part.due_at for part in _parts(desk, ticket_id))] == due


@pytest.mark.parametrize(("late_by", "cards"), [(timedelta(0), 0), (timedelta(microseconds=1), 1)])
def test_on_time_depends_on_when_it_was_done(desk: Desk, late_by: timedelta, cards: int) -> None:
    """uReport's on-time figure is a constant: nothing that anybody does changes it."""
    ticket_id = desk.accept(urgency="urgent").ticket_id
    desk.acknowledge(ticket_id)
    due = _parts(desk, ticket_id)[0].due_at
    assert due is not None
    desk.at = due + late_by
    desk.complete(ticket_id)
    desk.later(minutes=1).sweep()
    with Session(desk.engine) as session:
        reds = session.scalars(select(Card).where(Card.ticket_id == ticket_id, Card.colour == "red")).all()
    assert len(reds) == cards


def test_every_overdue_ticket_gets_its_card_however_many_there_are(desk: Desk) -> None:
    """osTicket flags at most a hundred overdue tickets per run."""
    for _ in range(MANY):
        desk.accept()
    desk.later(days=8).sweep()
    with Session(desk.engine) as session:
        reds = session.scalars(select(Card.ticket_id).where(Card.colour == "red")).all()
    assert len(set(reds)) == len(reds) == MANY


def test_sweep_finds_what_is_due_by_the_index_and_looks_at_nothing_else(desk: Desk) -> None:
    """Frappe loops over all open tickets."""
    for _ in range(5):
        desk.accept()
    asked: list[tuple[str, dict[str, object]]] = []
    event.listen(desk.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    with Session(desk.engine) as session:
        assert sweep.sweep(session, desk.at, reference=desk.reference, limit=1000) == 0  # all open, none due
    (statement, values), *more = [one for one in asked if "FROM assignment" in one[0]]
    assert not more
    with desk.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))  # five rows are sooner read whole
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
    assert any("Index Only Scan using assignment_default_next_at_idx" in line for line in plan), plan
    assert any("Index Cond" in line and "next_at <= " in line for line in plan), plan


def test_office_hours_and_lunch_do_something() -> None:
    """Chatwoot's box for business hours changed nothing for years."""
    start, limit = beijing("2026-11-27T11:30"), Limit.parse("2wh")
    assert due_at(start, limit, CALENDAR).at == beijing("2026-11-27T14:30")
    early = Calendar.build(
        [], years={2026}, zone=CALENDAR.zone, hours=OfficeHours.parse(["08:00-12:00"], ["08:00-12:00"])
    )
    assert due_at(start, limit, early).at == beijing("2026-11-30T09:30")


@given(
    begins=instants("2026-09-25", "2026-10-15"),
    hours=st.integers(1, 200),
    amount=st.integers(1, 12),
)
def test_pause_over_holidays_never_takes_time_away(begins: datetime, hours: int, amount: int) -> None:
    """Zammad and GLPI lose or double time where a pending state crosses closed days."""
    pause = begins, begins + timedelta(hours=hours)
    limit = Limit.parse(f"{amount}wh")
    plain, paused = (due_at(BEFORE_THE_HOLIDAY, limit, CALENDAR, (), spans).at for spans in ((), [pause]))
    assert paused >= plain
    stood = max(pause[0], BEFORE_THE_HOLIDAY), min(pause[1], paused)
    closed = max(0, CALENDAR.office_time_at(stood[1]) - CALENDAR.office_time_at(stood[0])) if stood[0] < plain else 0
    worked = CALENDAR.office_time_at(paused) - CALENDAR.office_time_at(BEFORE_THE_HOLIDAY) - closed
    assert worked == amount * 3_600_000_000


@given(
    one=instants("2026-01-01", "2026-12-31"),
    other=instants("2026-01-01", "2026-12-31"),
)
def test_order_by_due_instant_is_order_by_working_time_left(one: datetime, other: datetime) -> None:
    """Worklists are sorted by the due instant, an index; that is also the order of the working time left."""
    earlier, later = sorted((one, other))
    assert CALENDAR.office_time_at(earlier) <= CALENDAR.office_time_at(later)


def _parts(desk: Desk, ticket_id: int) -> list[Assignment]:
    with Session(desk.engine) as session:
        query = select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.role == "lead")
        return list(session.scalars(query))
