"""What must hold for every limit, calendar and pause."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.limits.calendar import Calendar
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit, Mode, Pause, Unit

from .words import BEIJING

SHIPPED = Calendar.shipped()
BARE = Calendar.build((), years=(), zone=BEIJING)
KINDS = [(unit, Mode.ROLLING) for unit in Unit] + [(Unit.NATURAL_DAYS, Mode.END_OF_DAY)]
ELAPSED = [(Unit.HOURS, Mode.ROLLING), (Unit.NATURAL_DAYS, Mode.ROLLING)]

# Around the long holidays of 2026, on edges of days and office hours as often as anywhere else.
starts = st.builds(
    lambda day, minute: datetime(2026, 1, 1, tzinfo=BEIJING) + timedelta(days=day, minutes=minute),
    st.one_of(st.integers(-400, 420), st.integers(40, 60), st.integers(265, 285)),
    st.one_of(st.sampled_from([0, 540, 720, 780, 1080]), st.integers(0, 1439)),
)
amounts = st.integers(1, 40)
kinds = st.sampled_from(KINDS)
every = settings(deadline=None, max_examples=300)


@st.composite
def pauses_around(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Up to four pauses that do not overlap, some before the start, some touching, in any order."""
    found, at = [], start - timedelta(days=2)
    for _ in range(draw(st.integers(0, 4))):
        begins_at = at + timedelta(minutes=draw(st.integers(0, 4000)))
        at = begins_at + timedelta(minutes=draw(st.integers(1, 9000)))
        found.append(Pause(begins_at, at))
    return draw(st.permutations(found))


@every
@given(starts, st.integers(0, 20_000), amounts, st.integers(0, 5), kinds)
def test_due_never_falls_when_start_or_amount_grows(
    start: datetime, minutes: int, amount: int, more: int, kind: tuple[Unit, Mode]
) -> None:
    earlier = due_at(start, Limit(amount, *kind), SHIPPED).at
    later = due_at(start + timedelta(minutes=minutes), Limit(amount + more, *kind), SHIPPED).at

    assert start < earlier <= later


@every
@given(starts, amounts, st.lists(st.tuples(amounts, st.sampled_from(ELAPSED)), max_size=3), st.data())
def test_due_ignores_the_calendar_when_every_unit_is_elapsed(
    start: datetime, amount: int, extensions: list[tuple[int, tuple[Unit, Mode]]], data: st.DataObject
) -> None:
    first = Limit(amount, *data.draw(st.sampled_from(ELAPSED)))
    more = [Limit(number, *kind) for number, kind in extensions]
    pauses = data.draw(pauses_around(start))

    with_holidays = due_at(start, first, SHIPPED, more, pauses)

    assert with_holidays == due_at(start, first, BARE, more, pauses)
    assert not with_holidays.provisional


@every
@given(starts, amounts, kinds, st.lists(amounts, max_size=2), st.data())
def test_due_is_never_earlier_when_pauses_are_added_within_one_unit(
    start: datetime, amount: int, kind: tuple[Unit, Mode], extensions: list[int], data: st.DataObject
) -> None:
    more = [Limit(number, *kind) for number in extensions]
    pauses = sorted(data.draw(pauses_around(start)))
    dues = [due_at(start, Limit(amount, *kind), SHIPPED, more, pauses[:number]).at for number in range(len(pauses) + 1)]

    assert dues == sorted(dues)


@every
@given(starts, amounts, st.lists(amounts, max_size=2), st.data())
def test_due_closes_a_working_day_when_the_unit_is_working_days(
    start: datetime, amount: int, extensions: list[int], data: st.DataObject
) -> None:
    more = [Limit(number, Unit.WORKING_DAYS) for number in extensions]
    due = due_at(start, Limit(amount, Unit.WORKING_DAYS), SHIPPED, more, data.draw(pauses_around(start))).at

    assert SHIPPED.is_working_day(SHIPPED.day_closed_by(due))
    assert due.astimezone(BEIJING).strftime("%H:%M:%S.%f") == "00:00:00.000000"


@every
@given(starts, amounts, amounts, kinds, st.data())
def test_due_counts_extensions_before_pauses_whatever_was_granted_first(
    start: datetime, amount: int, more: int, kind: tuple[Unit, Mode], data: st.DataObject
) -> None:
    pauses = data.draw(pauses_around(start))
    extended = due_at(start, Limit(amount, *kind), SHIPPED, [Limit(more, *kind)], pauses)

    # Within one unit an extension is nothing but a longer limit, so no pause can have come before it.
    assert extended == due_at(start, Limit(amount + more, *kind), SHIPPED, (), sorted(pauses))


@every
@given(starts, amounts)
def test_due_lies_in_office_hours_when_the_unit_is_working_hours(start: datetime, amount: int) -> None:
    due = due_at(start, Limit(amount, Unit.WORKING_HOURS), SHIPPED).at
    worked = SHIPPED.office_time_at(due) - SHIPPED.office_time_at(start)

    assert worked == amount * 3_600_000_000
    assert SHIPPED.office_time_at(due - timedelta(microseconds=1)) < SHIPPED.office_time_at(due)
