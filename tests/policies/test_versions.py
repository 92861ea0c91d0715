"""Versions on record: put for the future, taken back before their time, never changed; each ticket by the one it was sent under."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.orm import Session

from dispatch.calendars import recount
from dispatch.calendars import services as calendars
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import shipped_text
from dispatch.policies import queries, services
from dispatch.policies.models import PolicyVersion
from dispatch.tickets import clock, extending
from dispatch.tickets import queries as tickets
from dispatch.tickets.models import Assignment, Dispute
from tests.calendars.test_recount import NEW_YEAR
from tests.policies.words import HOURS, file, ordinary, put, unit_row
from tests.town import MONDAY, Desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def lead(desk: Desk, ticket_id: int) -> Assignment:
    return next(part for part in desk.run(tickets.assignments, ticket_id) if part.role == "lead")


def extend(desk: Desk, ticket_id: int, amount: str) -> None:
    desk.run(
        *(extending.ask_extension, ticket_id),
        unit_id=lead(desk, ticket_id).unit_id,
        amount=amount,
        reason="需要更多时间",
        reference=desk.reference,
        actor="account:2",
        at=desk.at,
    )
    desk.run(
        *(extending.decide_extension, ticket_id),
        is_granted=True,
        reason="",
        unit_id=None,
        reference=desk.reference,
        actor="account:3",
        at=desk.at,
    )


def state(desk: Desk, number: int) -> str:
    return {row.number: kind.value for row, kind in desk.run(queries.listed, desk.at)}[number]


def test_refuse_the_past_the_same_and_a_taken_instant_when_a_policy_is_put(desk: Desk) -> None:
    for text, since, code in (
        (file(), MONDAY - timedelta(microseconds=1), "policy.in_the_past"),
        (file(), datetime(9999, 12, 31, 23, tzinfo=UTC), "policy.too_far"),
        (file(), datetime(9999, 12, 31, 23, tzinfo=timezone(-8 * HOUR)), "limit.out_of_range"),
        (file(), datetime(2026, 12, 1), "limit.instant_without_offset"),  # noqa: DTZ001 - that is what is refused
        (shipped_text(), MONDAY + DAY, "policy.same"),
        ("limit = [", MONDAY + DAY, "policy.unreadable"),
    ):
        with pytest.raises(DomainError) as refused:
            put(desk, text, since)
        assert refused.value.code == code
    put(desk, file(), MONDAY + DAY)
    with pytest.raises(DomainError) as taken:
        put(desk, file(name="另一份"), MONDAY + DAY)
    assert taken.value.code == "policy.instant_taken"
    with pytest.raises(DomainError) as same:
        put(desk, file(), MONDAY + 2 * DAY)
    assert same.value.code == "policy.same"


def test_take_back_only_what_is_to_come_when_a_policy_is_withdrawn(desk: Desk) -> None:
    row = put(desk, file(), MONDAY + DAY)
    assert (state(desk, row.number), state(desk, 1)) == ("coming", "in_force")
    desk.run(services.withdraw, row.number, actor="account:9", at=MONDAY + HOUR)
    assert state(desk, row.number) == "withdrawn"
    again = put(desk, file(), MONDAY + DAY)
    desk.at = MONDAY + DAY
    assert (state(desk, again.number), state(desk, 1)) == ("in_force", "past")
    for number, code in ((row.number, "policy.withdrawn"), (again.number, "policy.in_force"), (99, "policy.unknown")):
        with pytest.raises(DomainError) as refused:
            desk.run(services.withdraw, number, actor="account:9", at=desk.at)
        assert refused.value.code == code


def test_keep_the_clocks_of_the_policy_it_was_sent_under_when_another_comes(desk: Desk) -> None:
    before = desk.accept().ticket_id
    put(desk, file(ordinary("3nd", "2h", "8h")), MONDAY + HOUR)
    assert desk.ticket(before).due_at == MONDAY + 7 * DAY
    desk.at = MONDAY + HOUR
    after = desk.accept().ticket_id
    part = lead(desk, after)
    assert (part.due_at, part.acknowledge_due_at, part.first_contact_due_at) == (
        desk.at + 3 * DAY,
        desk.at + 2 * HOUR,
        desk.at + 8 * HOUR,
    )
    assert desk.ticket(after).due_at == desk.at + 3 * DAY
    extend(desk, before, "7nd")
    extend(desk, after, "7nd")
    assert lead(desk, before).due_at == MONDAY + 14 * DAY
    assert lead(desk, after).due_at == desk.at + 10 * DAY
    assert lead(desk, before).policy_version != part.policy_version


def test_count_by_each_ones_own_policy_when_a_new_calendar_moves_them(desk: Desk) -> None:
    desk.at = datetime(2026, 12, 30, 2, tzinfo=UTC)
    put(desk, file(ordinary("5wd", "4wh", "1wd")))
    before = desk.accept().ticket_id
    put(desk, file(ordinary("6wd", "4wh", "2wd")), desk.at + HOUR)
    desk.later(hours=1)
    after = desk.accept().ticket_id
    changed = desk.run(calendars.replace_notice, NEW_YEAR, source="test", actor="system:calendar", at=desk.at)

    def move(session: Session) -> None:
        city = reference(session, desk.at)
        since = recount.since(changed, city.calendar)
        recount.move(session, city, since, after=0, limit=100, actor="system:calendar", at=desk.at)

    desk.run(move)
    # The notice gives 1 to 3 January off and nothing else: 31 December, then 4 to 7, and 8 for the sixth.
    assert lead(desk, before).due_at == midnight_after(2027, 1, 7)
    assert lead(desk, after).due_at == midnight_after(2027, 1, 8)
    assert lead(desk, before).first_contact_due_at == midnight_after(2026, 12, 31)
    assert lead(desk, after).first_contact_due_at == midnight_after(2027, 1, 4)


def midnight_after(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 16, tzinfo=UTC)


def test_dispute_and_extend_by_the_policy_it_was_sent_under_when_another_comes(desk: Desk) -> None:
    before = desk.accept().ticket_id
    window = '[[dispute.window]]\nunit = "nd"\namount_to = 14\nwindow = "1wd"'
    cap = '[[extension.cap]]\nunit = "nd"\namount_to = 14\ncount = 1'
    narrow = file((window, window.replace("1wd", "20min")), (cap, cap.replace("count = 1", "count = 0")))
    put(desk, narrow, MONDAY + HOUR)
    desk.at = MONDAY + HOUR
    after = desk.accept().ticket_id
    desk.later(hours=1)
    with pytest.raises(DomainError) as refused:
        extend(desk, after, "7nd")
    assert refused.value.code == "extension.not_allowed"
    extend(desk, before, "7nd")
    with pytest.raises(DomainError) as closed:
        desk.dispute(after)
    assert closed.value.code == "dispute.window_closed"
    assert isinstance(desk.dispute(before), Dispute)


def test_give_a_kind_of_unit_its_own_limit_when_the_policy_has_a_row_for_it(desk: Desk) -> None:
    put(desk, file(unit_row("enterprise", "10nd")))
    desk.at = MONDAY + HOUR
    street = desk.accept().ticket_id
    assert lead(desk, street).limit_text == "7nd"
    waiting = desk.accept(title="说不清在哪里", text="无法判断的事情").ticket_id
    if desk.ticket(waiting).state == "awaiting_dispatch":
        desk.dispatch(waiting, "E-01", category="2201")
    else:
        desk.rule(waiting, "upheld", "E-01")
    part = lead(desk, waiting)
    assert (part.limit_text, part.due_at) == ("10nd", desk.at + 10 * DAY)


OWN_HOURS = (HOURS, f'{HOURS}\nof_kind.enterprise = {{ working_day = ["08:00-20:00"], half_day = ["08:00-12:00"] }}')


@pytest.mark.parametrize(
    ("sent", "street", "enterprise"),
    [
        # Monday 09:00: lunch is no office time of the street's, and the enterprise knows none.
        ("2026-11-02T09:00", "2026-11-02T15:00", "2026-11-02T14:00"),
        ("2026-11-02T12:30", "2026-11-02T18:00", "2026-11-02T17:30"),
        ("2026-11-02T17:00", "2026-11-03T14:00", "2026-11-03T10:00"),
        # Friday evening: the weekend is nobody's.
        ("2026-11-06T19:00", "2026-11-09T15:00", "2026-11-09T12:00"),
        # A half day has the morning only, of each kind its own.
        ("2026-11-11T09:00", "2026-11-12T11:00", "2026-11-12T10:00"),
    ],
)
def test_count_working_hours_by_the_kind_of_unit_when_it_has_its_own(
    desk: Desk, sent: str, street: str, enterprise: str
) -> None:
    half = [calendars.Local(date(2026, 11, 11), "半天", "half")]
    desk.run(calendars.replace_local, half, source="test", actor="system:calendar", at=desk.at)
    put(desk, file(unit_row("enterprise", "5wh"), ordinary("5wh"), OWN_HOURS))
    at = beijing(sent)
    for code, due in (("110001", street), ("E-01", enterprise)):
        terms = desk.reference.terms(at, desk.unit_id(code))
        row = terms.policy.limit_of("", "ordinary", "complaint", desk.reference.by_code[code].kind)
        assert clock.due_at(at, clock.Limit.parse(row.limit), terms.calendar).at == beijing(due), code


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def test_load_a_file_that_is_older_than_a_section_when_it_is_on_record(desk: Desk) -> None:
    older = shipped_text().partition("[handler]")[0]

    def keep(session: Session) -> None:
        services.load_shipped_policy(session, at=MONDAY)
        row = session.get_one(PolicyVersion, 1)
        row.body, row.version = older, "policy@older"

    desk.run(keep)
    put(desk, file(), MONDAY + DAY)
    assert desk.reference.at(MONDAY).policy.name == "出厂政策"
    assert desk.reference.at(MONDAY + DAY).policy.name == "新政策"
