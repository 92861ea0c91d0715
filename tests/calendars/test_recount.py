"""A new notice moves the due instants of open tickets: the right ones, to the right place, once, each with its event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dispatch.calendars import recount, services
from dispatch.calendars.notice import Notice, NoticeDay
from dispatch.directory.calendar import stored_calendar
from dispatch.directory.snapshot import reference
from dispatch.hops import services as hops
from dispatch.kernel import audit
from dispatch.kernel.events import Event
from dispatch.tickets import clock, queries
from dispatch.tickets.clock_models import Extension, Pause
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket
from tests.counts import examples
from tests.town import Desk

YEAR_END = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Beijing
OFF = ((1, (1, 2, 3)), (2, (5, 8, 9, 10, 11)))
NEW_YEAR = Notice(
    2027,
    (
        *(NoticeDay(date(2027, month, day), "节日", True) for month, days in OFF for day in days),
        NoticeDay(date(2027, 2, 13), "节日", False),
    ),
)


def midnight(month: int, day: int) -> datetime:
    """00:00 in Beijing, which is 24:00 of the day before."""
    return datetime(2027, month, day, tzinfo=UTC) - timedelta(hours=8)


def with_limit(desk: Desk, limit: str, *, ticket_id: int | None = None) -> int:
    """A ticket whose limit is counted in ``limit``, as a policy of the city's own would send it."""
    ticket_id = ticket_id or desk.accept().ticket_id

    def change(session: Session) -> None:
        session.execute(
            text("UPDATE ticket SET limit_text = :limit WHERE ticket_id = :id"), {"limit": limit, "id": ticket_id}
        )
        session.execute(
            text("UPDATE assignment SET limit_text = :limit WHERE ticket_id = :id AND role = 'lead'"),
            {"limit": limit, "id": ticket_id},
        )
        ticket = queries.lock_ticket(session, ticket_id)
        clock.reckon(session, ticket, reference=reference(session, desk.at), actor="account:1", at=desk.at)

    desk.run(change)
    return ticket_id


def extend_and_pause(
    session: Session, ticket_id: int, more: str | None, hours: tuple[int, int] | None, at: datetime
) -> None:
    """The rows that a granted extension and a pause which has ended leave behind."""
    lead = queries.assignments(session, ticket_id)[0]
    if more:
        done = {"state": "granted", "asked_at": at, "decided_at": at, "decided_by": "account:9"}
        row = Extension(ticket_id=ticket_id, number=1, assignment_number=1, unit_id=lead.unit_id, amount=more, **done)
        session.add(row)
    if hours:
        begins = at + timedelta(hours=hours[0])
        ends = begins + timedelta(hours=hours[1])
        span = {"begins_at": begins, "ends_at": ends, "ended_at": ends}
        session.add(Pause(ticket_id=ticket_id, number=1, reason="suspension", **span))


def publish(desk: Desk, notice: Notice = NEW_YEAR) -> list[date]:
    changed: list[date] = desk.run(services.replace_notice, notice, source="test", actor="system:calendar", at=desk.at)
    return changed or [date(notice.year, 1, 1)]


def move(desk: Desk, changed: list[date], *, limit: int = 100) -> list[recount.Moved]:
    """Every step of the real thing, a transaction each."""
    found: list[recount.Moved] = []
    after: int | None = 0
    while after is not None:
        batch = desk.run(_step, changed, after, limit, desk.at)
        found += batch.moved
        after = batch.after
    return found


def _step(session: Session, changed: list[date], after: int, limit: int, at: datetime) -> recount.Batch:
    city = reference(session, at)
    since = recount.since(changed, city.calendar)
    return recount.move(session, city, since, after=after, limit=limit, actor="system:calendar", at=at)


def stands(desk: Desk, ticket_id: int) -> tuple[Ticket, list[Assignment], list[Event]]:
    with Session(desk.engine) as session:
        ticket = session.get_one(Ticket, ticket_id)
        return ticket, list(queries.assignments(session, ticket_id)), list(queries.timeline(session, ticket_id))


@pytest.fixture
def year_end(desk: Desk) -> Desk:
    desk.at = YEAR_END
    return desk


def test_open_ticket_moves_with_its_event_when_the_year_is_published(year_end: Desk) -> None:
    desk, ticket_id = year_end, with_limit(year_end, "5wd")
    before, (lead, *_), events = stands(desk, ticket_id)
    assert (before.due_at, before.is_due_provisional) == (midnight(1, 7), True)  # 31, 1, 4, 5, 6 by plain weekdays

    moved = move(desk, publish(desk))

    after, (lead, *_), told = stands(desk, ticket_id)
    assert (after.due_at, after.is_due_provisional) == (midnight(1, 8), False)  # the 1st is off
    assert (lead.due_at, lead.yellow_at) == (midnight(1, 8), midnight(1, 7))
    assert lead.next_at == midnight(1, 5)  # three of five working days are left: the first step of the ladder
    assert [(one.part, one.before, one.after) for one in moved] == [
        (0, midnight(1, 7), midnight(1, 8)),
        (lead.number, midnight(1, 7), midnight(1, 8)),
    ]
    assert [event.type for event in told[len(events) :]] == ["ticket.due_moved"]
    assert told[-1].data["because"] == "calendar"
    assert after.event_count == len(told)
    assert not [found for found in audit.verify(desk.engine) if not isinstance(found, int)]


def test_second_run_moves_nothing_and_a_cut_one_goes_on(year_end: Desk) -> None:
    desk = year_end
    tickets = [with_limit(desk, "5wd") for _ in range(5)]
    changed = publish(desk)
    desk.run(_step, changed, 0, 2, desk.at)  # cut after its first batch
    moved = {one.ticket_id for one in move(desk, publish(desk), limit=2)}
    assert moved == set(tickets[2:])
    assert move(desk, [date(2027, 1, 1)]) == []
    for ticket_id in tickets:
        assert [event.type for event in stands(desk, ticket_id)[2]].count(
            "ticket.due_moved"
        ) == 2  # ours and the set-up's


def test_preview_tells_what_the_import_does_and_changes_nothing(year_end: Desk) -> None:
    desk = year_end
    for limit in ("5wd", "3nd", "8wh", "2wd", "24h"):
        with_limit(desk, limit)
    with Session(desk.engine) as session:
        changed = services.replace_notice(session, NEW_YEAR, source="test", actor="x", at=desk.at)
        city = reference(session, desk.at)
        since = recount.since(changed, city.calendar)
        seen = recount.preview(session, city, since, after=0, limit=100)
        session.rollback()
    with Session(desk.engine) as session:
        assert services.days_of(session, 2027) == ()
        assert not stored_calendar(session).covers(2027)
    assert seen.moved == move(desk, publish(desk))
    assert {one.ticket_id for one in seen.moved} == {desk.accepted[0].ticket_id, desk.accepted[3].ticket_id}


def test_closed_and_done_tickets_do_not_move(year_end: Desk) -> None:
    desk, ticket_id = year_end, with_limit(year_end, "5wd")
    desk.acknowledge(ticket_id)
    desk.complete(ticket_id)
    assert move(desk, publish(desk)) == []
    assert stands(desk, ticket_id)[0].due_at == midnight(1, 7)


def test_support_and_ruling_move_by_their_own_clocks(year_end: Desk) -> None:
    desk, ticket_id = year_end, with_limit(year_end, "5wd")
    desk.acknowledge(ticket_id)
    ask = {"reference": desk.reference, "actor": "account:2", "at": desk.at}
    desk.run(hops.ask_support, ticket_id, unit_code="E-01", task="核实", limit="3wd", **ask)
    other = with_limit(desk, "5wd")
    desk.at = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    desk.dispute(other)
    moved = move(desk, publish(desk))
    support = next(part for part in stands(desk, ticket_id)[1] if part.role == "support")
    assert (support.due_at, support.is_due_provisional) == (midnight(1, 6), False)  # 31, 4, 5
    assert {(one.ticket_id, one.part) for one in moved} >= {(ticket_id, support.number), (other, 1)}
    with Session(desk.engine) as session:
        raised = session.scalars(select(Dispute).where(Dispute.ticket_id == other)).one()
        assert raised.ruling_due_at == midnight(1, 5)  # one working day after the 31st is the 4th


def test_handler_never_ends_after_whoever_passed_on(year_end: Desk) -> None:
    desk, ticket_id = year_end, with_limit(year_end, "72h")  # until 2 January, 10:00
    desk.acknowledge(ticket_id)
    passed = {"unit_id": desk.unit_id("110001"), "unit_code": "110001001", "task": "核实", "limit": "1wd"}
    desk.run(hops.pass_on, ticket_id, **passed, reference=desk.reference, actor="account:2", at=desk.at)
    lead, handler = (stands(desk, ticket_id)[1][place] for place in (0, -1))
    assert (handler.role, handler.due_at) == ("handler", midnight(1, 1))
    off = [services.Local(date(2026, 12, 31), "本市放假", "off")]
    desk.run(services.replace_local, off, source="test", actor="x", at=desk.at)
    publish(desk)
    assert {one.part for one in move(desk, [date(2026, 12, 31)])} == {handler.number}
    assert stands(desk, ticket_id)[1][-1].due_at == lead.due_at  # by itself it would be the 4th


def test_card_of_a_limit_that_is_no_longer_over_is_taken_back(year_end: Desk) -> None:
    desk, ticket_id = year_end, with_limit(year_end, "2wd")  # 24:00 of 1 January by plain weekdays
    desk.at = midnight(1, 2) + timedelta(hours=1)
    desk.sweep()
    with Session(desk.engine) as session:
        colours = {card.colour for card in session.scalars(select(Card).where(Card.ticket_id == ticket_id))}
    assert colours == {"yellow", "red"}
    move(desk, publish(desk))
    after, (lead, *_), told = stands(desk, ticket_id)
    assert after.due_at == lead.due_at == midnight(1, 5)
    assert told[-1].data["cards_withdrawn"] == ["red"]
    with Session(desk.engine) as session:
        cards = {card.colour: card for card in session.scalars(select(Card).where(Card.ticket_id == ticket_id))}
    assert cards["red"].withdrawn_at == desk.at
    assert lead.yellow_at == midnight(1, 1)  # its time has come under the new calendar too
    assert cards["yellow"].withdrawn_at is None


def test_local_half_day_moves_working_hours_and_no_working_day(year_end: Desk) -> None:
    desk = year_end
    hours, days = with_limit(desk, "12wh"), with_limit(desk, "1wd")
    before = stands(desk, days)[0].due_at
    half = [services.Local(date(2026, 12, 31), "盘点", "half")]
    changed = desk.run(services.replace_local, half, source="test", actor="x", at=desk.at)
    assert changed == [date(2026, 12, 31)]
    moved = move(desk, changed)
    assert {one.ticket_id for one in moved} == {hours}
    # Seven hours on the 30th, three in the morning of the 31st, two on the next weekday from nine on.
    assert stands(desk, hours)[0].due_at == datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    assert stands(desk, days)[0].due_at == before
    assert desk.run(services.replace_local, half, source="test", actor="x", at=desk.at) == []
    off = [services.Local(date(2026, 12, 31), "本市放假", "off")]
    assert {
        one.ticket_id for one in move(desk, desk.run(services.replace_local, off, source="t", actor="x", at=desk.at))
    }


@settings(
    deadline=None, max_examples=examples(10, deep=200), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_moved_in_bulk_is_what_the_verbs_own_reckoning_says(year_end: Desk, data: st.DataObject) -> None:
    desk = year_end
    desk.at = YEAR_END + timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 40)))
    limit = data.draw(st.sampled_from(("1wd", "5wd", "12wd", "4wh", "20wh", "7nd", "24h")))
    more = data.draw(st.sampled_from((None, "2wd", "8wh", "48h")))
    hours = data.draw(st.none() | st.tuples(st.integers(0, 200), st.integers(1, 300)))
    ticket_id = desk.accept().ticket_id
    desk.run(extend_and_pause, ticket_id, more, hours, desk.at)
    with_limit(desk, limit, ticket_id=ticket_id)
    days = data.draw(st.sets(st.dates(date(2027, 1, 1), date(2027, 3, 10)), min_size=6, max_size=25))
    notice = Notice(
        2027, tuple(NoticeDay(day, "节日", data.draw(st.booleans()) or n < 5) for n, day in enumerate(sorted(days)))
    )
    move(desk, publish(desk, notice))
    moved, (lead, *_), _ = stands(desk, ticket_id)
    found = (moved.due_at, moved.is_due_provisional, lead.due_at, lead.yellow_at)

    def again(session: Session) -> None:
        ticket = queries.lock_ticket(session, ticket_id)
        clock.reckon(session, ticket, reference=reference(session, desk.at), actor="account:1", at=desk.at)

    desk.run(again)
    ticket, (lead, *_), _ = stands(desk, ticket_id)
    assert found == (ticket.due_at, ticket.is_due_provisional, lead.due_at, lead.yellow_at)
