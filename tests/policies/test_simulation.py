"""A policy tried on history: counted as the engine would have, one by one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.limits.calendar import Calendar
from dispatch.limits.policy import Policy, shipped_policy
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit
from dispatch.policies.simulation import COUNTS, Counts, Lead, Tally, Trial
from tests.limits.words import BEIJING
from tests.policies.words import HOURS, file, ordinary, unit_row

CALENDAR = Calendar.shipped()
START = datetime(2026, 9, 28, 9, tzinfo=BEIJING)
LATER = START + timedelta(days=40)
LIMITS = ("2h", "24h", "7nd", "5wd", "12wh")

limits = st.sampled_from(LIMITS)
moments = st.integers(0, 60 * 24 * 30).map(lambda minutes: START + timedelta(minutes=minutes))
maybe = st.none() | moments
kinds = st.sampled_from(["township", "enterprise"])


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    """A lead of a matter of any sort, with up to two extensions and a pause."""
    sent = draw(moments)
    pause = draw(st.none() | st.tuples(st.integers(-50, 200), st.integers(1, 300)))
    begins = sent + timedelta(hours=pause[0]) if pause else sent
    return Lead(
        *(draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(kinds)),
        *(draw(st.sampled_from(["", "1001", "2501"])), draw(st.sampled_from(["ordinary", "urgent"])), "complaint"),
        *(sent, draw(maybe), draw(maybe), draw(maybe)),
        *(draw(maybe), draw(maybe), draw(maybe)),
        extensions=tuple(draw(st.lists(limits, max_size=2))),
        pauses=((begins, begins + timedelta(hours=pause[1])),) if pause else (),
    )


@settings(deadline=None, max_examples=150)
@given(st.lists(leads(), max_size=12), limits, limits)
def test_count_what_the_engine_finds_one_by_one_when_a_policy_is_tried(
    rows: list[Lead], limit: str, of_enterprises: str
) -> None:
    policy = Policy.read(file(ordinary(limit, "2wh", "1wd"), unit_row("enterprise", of_enterprises), OTHER_HOURS))
    tally = Tally(Trial(policy, CALENDAR), LATER)
    for number, row in enumerate(rows):
        tally.add([row._replace(ticket_id=number)])

    for unit_id in {row.unit_id for row in rows}:
        own = [row for row in rows if row.unit_id == unit_id]
        judged = [row for row in own if row.due_at]
        before = [late(row.completed_at, row.due_at) for row in judged]
        after = [late(row.completed_at, by_the_engine(policy, row)) for row in judged]
        open_ = [after[place] for place, row in enumerate(judged) if row.completed_at is None]
        found = tally.units[unit_id]
        assert (found.tickets, found.unknown) == (len(own), len(own) - len(judged))
        assert (found.late_before, found.late_after) == (sum(before), sum(after))
        assert found.newly_late == sum(b and not a for a, b in zip(before, after, strict=True))
        assert found.no_longer_late == sum(a and not b for a, b in zip(before, after, strict=True))
        assert (found.open_late, found.open_in_time) == (sum(open_), len(open_) - sum(open_))
    assert tally.total.tickets == len(rows)


OTHER_HOURS = (HOURS, f'{HOURS}\nof_kind.enterprise = {{ working_day = ["08:00-20:00"], half_day = ["08:00-12:00"] }}')


def by_the_engine(policy: Policy, lead: Lead) -> datetime:
    """The due instant as dispatch and the clock count it."""
    row = policy.limit_of(lead.category, lead.urgency, lead.kind, lead.unit_kind)
    calendar = CALENDAR.with_hours(policy.hours_for(lead.unit_kind))
    more = [Limit.parse(amount) for amount in lead.extensions]
    return due_at(lead.sent_at, Limit.parse(row.limit), calendar, more, lead.pauses).at


def late(done: datetime | None, due: datetime | None) -> bool:
    return due is not None and (done or LATER) > due


def one(**changes: object) -> Lead:
    """A lead sent on Monday at nine, due seven days later, signed after three hours, called after five, done after four days."""
    dues = [START + timedelta(**span) for span in ({"days": 7}, {"hours": 4}, {"hours": 24})]
    done = [START + timedelta(**span) for span in ({"hours": 3}, {"hours": 5}, {"days": 4})]
    lead = Lead(1, 1, "township", "", "ordinary", "complaint", START, *dues, *done)
    return lead._replace(**changes)  # type: ignore[arg-type]


def tried(*rows: Lead, policy: str | None = None) -> Counts:
    """All of these leads as one ticket's."""
    tally = Tally(Trial(Policy.read(policy) if policy else shipped_policy(), CALENDAR), LATER)
    tally.add(rows)
    return tally.total


def figures(counts: Counts) -> dict[str, int]:
    """Those that are not nothing."""
    return {name: int(value) for name, value in asdict(counts).items() if value}


def test_change_nothing_when_the_policy_in_force_is_tried() -> None:
    assert figures(tried(one())) == {"tickets": 1}


def test_tell_newly_late_from_no_longer_late_when_limits_move() -> None:
    shorter = file(ordinary("3nd", "2h", "4h"))
    assert figures(tried(one(), policy=shorter)) == {
        "tickets": 1,
        "late_after": 1,
        "newly_late": 1,
        "sign_late_after": 1,
        "contact_late_after": 1,
    }
    longer = file(ordinary("15nd", "4h", "24h"))
    overdue = one(completed_at=START + timedelta(days=9))
    assert figures(tried(overdue, policy=longer)) == {"tickets": 1, "late_before": 1, "no_longer_late": 1}


def test_count_a_ticket_once_when_a_unit_led_it_twice() -> None:
    again = one(sent_at=START + timedelta(days=5), completed_at=START + timedelta(days=30))
    assert figures(tried(one(), again)) == {"tickets": 1, "late_before": 1, "late_after": 1}
    elsewhere = again._replace(unit_id=2)
    assert tried(one(), elsewhere).tickets == 2


def test_judge_open_ones_by_the_instant_of_looking_when_nothing_is_done_yet() -> None:
    waiting = one(completed_at=None, acknowledged_at=None)
    assert figures(tried(waiting)) == {
        "tickets": 1,
        "late_before": 1,
        "late_after": 1,
        "open_late": 1,
        "sign_late_before": 1,
        "sign_late_after": 1,
    }
    patient = figures(tried(waiting, policy=file(ordinary("60nd"))))
    assert patient["open_in_time"] == patient["no_longer_late"] == 1


def test_say_what_is_not_known_when_a_row_was_imported_without_its_due_instant() -> None:
    assert figures(tried(one(due_at=None, is_imported=True))) == {"tickets": 1, "unknown": 1}
    assert figures(tried(one(completed_at=None, is_imported=True))) == {"tickets": 1, "unknown": 1}
    bare = one(is_imported=True, acknowledge_due_at=None, first_contact_due_at=None, acknowledged_at=None)
    assert figures(tried(bare, policy=file(ordinary("7nd", "1h", "1h")))) == {"tickets": 1}


def test_keep_extensions_and_count_them_when_the_policy_would_not_allow_them() -> None:
    extended = one(extensions=("7nd",), completed_at=START + timedelta(days=12), due_at=START + timedelta(days=14))
    tally = Tally(Trial(Policy.read(file(ordinary("24h"))), CALENDAR), LATER)
    tally.add([extended])
    assert (tally.over_cap, tally.total.late_after) == (1, 1)
    same = Tally(Trial(shipped_policy(), CALENDAR), LATER)
    same.add([extended])
    assert (same.over_cap, same.total.late_after) == (0, 0)


def test_name_every_count_when_it_is_reported() -> None:
    assert tuple(asdict(Counts())) == COUNTS
