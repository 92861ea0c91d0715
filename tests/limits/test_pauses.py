"""Pauses of each unit. Monday is 2026-11-23; no holiday near."""

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.rules import due_at, remaining
from dispatch.limits.values import Pause

from .words import due, limit, local, pause

MON, TUE, WED, THU, FRI, SAT = (f"2026-11-{day}" for day in (23, 24, 25, 26, 27, 28))
NEXT_MON = "2026-11-30"


@pytest.mark.parametrize(
    ("first", "pauses", "expected"),
    [
        ("2h", [pause(f"{MON} 11:00", f"{MON} 11:30")], f"{MON} 12:30"),
        ("2h", [pause(f"{MON} 09:00", f"{MON} 10:30")], f"{MON} 12:30"),
        ("2h", [pause(f"{MON} 09:00", f"{MON} 10:00")], f"{MON} 12:00"),
        ("2h", [pause(f"{MON} 12:00", f"{MON} 13:00")], f"{MON} 12:00"),
        ("2h", [pause(f"{MON} 11:00", f"{MON} 12:00"), pause(f"{MON} 12:00", f"{MON} 12:30")], f"{MON} 13:30"),
        # The second begins after the first due instant, yet before the one then in force.
        ("2h", [pause(f"{MON} 13:30", f"{MON} 14:30"), pause(f"{MON} 11:00", f"{MON} 13:00")], f"{MON} 15:00"),
        ("3nd", [pause(f"{TUE} 08:00", f"{WED} 09:00")], f"{FRI} 11:00"),
    ],
)
def test_pause_adds_its_wall_length_when_time_is_elapsed(first: str, pauses: list[Pause], expected: str) -> None:
    assert due(f"{MON} 10:00", first, pauses=pauses) == expected


@pytest.mark.parametrize(
    ("first", "pauses", "expected"),
    [
        # 3wd end on Thursday 24:00; two unused on Tuesday afternoon are counted again after Wednesday.
        ("3wd", [pause(f"{TUE} 15:00", f"{WED} 10:00")], f"{SAT} 00:00"),
        ("3wd", [pause(f"{TUE} 00:00", f"{WED} 00:00")], f"{SAT} 00:00"),
        ("3wd", [pause(f"{TUE} 09:00", f"{TUE} 15:00")], f"{FRI} 00:00"),
        ("3wd", [pause("2026-11-20 09:00", f"{TUE} 15:00")], f"{SAT} 00:00"),
        ("3wd", [pause("2026-11-20 09:00", f"{MON} 10:00")], f"{FRI} 00:00"),
        ("3wd", [pause(f"{WED} 10:00", f"{SAT} 10:00")], "2026-12-01 00:00"),
        # None left on Thursday: the day of resumption itself if it is worked, else the next that is.
        ("3wd", [pause(f"{THU} 10:00", f"{THU} 11:00")], f"{FRI} 00:00"),
        ("3wd", [pause(f"{THU} 10:00", f"{FRI} 10:00")], f"{SAT} 00:00"),
        ("3wd", [pause(f"{THU} 10:00", f"{SAT} 10:00")], "2026-12-01 00:00"),
        ("3wd", [pause(f"{FRI} 00:00", f"{SAT} 10:00")], f"{FRI} 00:00"),
        ("3nd!", [pause(f"{TUE} 15:00", f"{WED} 10:00")], f"{SAT} 00:00"),
        ("3nd!", [pause(f"{THU} 10:00", f"{SAT} 10:00")], "2026-11-29 00:00"),
    ],
)
def test_pause_counts_unused_days_again_when_the_unit_is_days(first: str, pauses: list[Pause], expected: str) -> None:
    assert due(f"{MON} 10:00", first, pauses=pauses) == expected


@pytest.mark.parametrize(
    ("extensions", "pauses", "expected"),
    [
        # 4wh from Monday 16:00 end on Tuesday 11:00.
        ([], [pause(f"{TUE} 10:00", f"{TUE} 12:30")], f"{TUE} 14:00"),
        ([], [pause(f"{TUE} 10:00", f"{TUE} 11:00")], f"{TUE} 12:00"),
        ([], [pause(f"{MON} 20:00", f"{TUE} 08:00")], f"{TUE} 11:00"),
        ([], [pause(f"{MON} 17:00", f"{SAT} 08:00")], f"{NEXT_MON} 12:00"),
        # Ten hours more end at 21:00, with no working time left after 18:00.
        (["10h"], [pause(f"{TUE} 19:00", f"{TUE} 20:00")], f"{WED} 09:00"),
        (["10h"], [pause(f"{TUE} 19:00", f"{WED} 10:10")], f"{WED} 10:10"),
        (["10h"], [pause(f"{TUE} 19:00", f"{WED} 09:00")], f"{WED} 09:00"),
        (["10h"], [pause(f"{TUE} 19:00", f"{WED} 12:00")], f"{WED} 13:00"),
        (["10h"], [pause(f"{TUE} 19:00", f"{FRI} 18:00")], f"{NEXT_MON} 09:00"),
    ],
)
def test_pause_counts_office_time_left_again_when_the_unit_is_working_hours(
    extensions: list[str], pauses: list[Pause], expected: str
) -> None:
    assert due(f"{MON} 16:00", "4wh", extensions, pauses) == expected


def test_pause_follows_the_limits_own_unit_when_extensions_mix_units() -> None:
    # Two hours, then one working day: due Tuesday 24:00; the pause adds its wall length all the same.
    assert due(f"{MON} 10:00", "2h", ["1wd"], [pause(f"{TUE} 10:00", f"{TUE} 13:00")]) == f"{WED} 03:00"
    # One working day, then 30 hours: due Thursday 06:00; two days unused on Tuesday.
    assert due(f"{MON} 10:00", "1wd", ["30h"], [pause(f"{TUE} 10:00", f"{WED} 10:00")]) == f"{SAT} 00:00"


def test_pause_comes_after_extensions_when_it_began_before_the_extension_was_given() -> None:
    # 1wd ends on Tuesday 24:00; the pause of Wednesday only counts because the extension is applied first.
    assert due(f"{MON} 10:00", "1wd", ["2wd"], [pause(f"{WED} 10:00", f"{FRI} 10:00")]) == "2026-12-01 00:00"


def test_pause_is_provisional_when_it_pushes_the_due_instant_into_an_unpublished_year() -> None:
    late = [pause("2026-12-29 10:00", "2026-12-31 10:00")]
    working = due_at(local("2026-12-28 10:00"), limit("2wd"), Calendar.shipped(), (), late)
    natural = due_at(local("2026-12-28 10:00"), limit("2nd!"), Calendar.shipped(), (), late)

    assert (working.at, working.provisional) == (local("2027-01-02 00:00"), True)
    assert (natural.at, natural.provisional) == (local("2027-01-02 00:00"), False)


@pytest.mark.parametrize(
    ("pauses", "code"),
    [
        ([pause(f"{TUE} 10:00", f"{TUE} 10:00")], "limit.pause_reversed"),
        ([pause("2026-11-20 10:00", "2026-11-20 09:00")], "limit.pause_reversed"),
        ([pause("2026-12-20 10:00", "2026-12-20 09:00")], "limit.pause_reversed"),
        ([pause(f"{TUE} 10:00", f"{TUE} 12:00"), pause(f"{TUE} 11:00", f"{TUE} 13:00")], "limit.pauses_overlap"),
        ([pause(f"{TUE} 10:00", f"{TUE} 12:00"), pause(f"{TUE} 10:00", f"{TUE} 12:00")], "limit.pauses_overlap"),
    ],
)
def test_pause_is_refused_when_it_is_reversed_or_overlaps(pauses: list[Pause], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        due_at(local(f"{MON} 10:00"), limit("3wd"), Calendar.shipped(), (), pauses)
    assert refusal.value.code == code


def test_remaining_speaks_the_limits_unit_when_asked() -> None:
    calendar = Calendar.shipped()
    days = remaining(local(f"{TUE} 15:00"), local(f"{FRI} 00:00"), limit("3wd"), calendar)
    hours = remaining(local(f"{MON} 17:00"), local(f"{TUE} 11:00"), limit("4wh"), calendar)
    late = remaining(local(f"{SAT} 00:00"), local(f"{FRI} 00:00"), limit("3wd"), calendar)

    assert (days.days, days.office_time, days.wall.total_seconds()) == (2, None, 57 * 3600)
    assert hours.office_time is not None
    assert (hours.days, hours.office_time.total_seconds()) == (None, 3 * 3600)
    assert (late.days, late.wall.total_seconds()) == (0, -24 * 3600)
