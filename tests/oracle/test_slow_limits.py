"""The slow reading itself against due times worked out by hand from rules.md §1 and a wall calendar."""

from datetime import datetime

import pytest

from .facts import holidays_csv
from .slow_limits import LOCAL, Pause, Quantity, SlowCalendar, SlowError, slow_due, slow_yellow


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.fixture(scope="module")
def calendar() -> SlowCalendar:
    return SlowCalendar(holidays_csv())


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-09-30 16:00", (2, "h"), "2026-09-30 18:00"),
        ("2026-09-30 16:00", (7, "nd"), "2026-10-07 16:00"),
        ("2026-09-30 16:00", (7, "nd_end"), "2026-10-08 00:00"),
        # National Day 2026: off 10-01…10-07, Saturday 10-10 is made up.
        ("2026-09-30 16:00", (1, "wd"), "2026-10-09 00:00"),
        ("2026-09-30 16:00", (3, "wd"), "2026-10-11 00:00"),
        ("2026-09-30 16:00", (2, "wh"), "2026-09-30 18:00"),
        ("2026-09-30 16:00", (3, "wh"), "2026-10-08 10:00"),
        # Midnight is the first instant of its day; lunch does not count; an hour that ends at noon ends at noon.
        ("2026-11-23 00:00", (1, "wd"), "2026-11-25 00:00"),
        ("2026-11-23 12:30", (1, "wh"), "2026-11-23 14:00"),
        ("2026-11-23 11:00", (1, "wh"), "2026-11-23 12:00"),
        ("2026-11-23 11:20:30", (1, "wh"), "2026-11-23 13:20:30"),
    ],
)
def test_slow_due_agrees_when_worked_out_by_hand(calendar: SlowCalendar, start: str, limit: Quantity, due: str) -> None:
    assert slow_due(at(start), limit, calendar) == (at(due), False)


@pytest.mark.parametrize(
    ("limit", "pause", "due"),
    [
        # From Monday 2026-11-23 10:00.
        ((48, "h"), ("2026-11-24 09:00", "2026-11-24 10:30"), "2026-11-25 11:30"),
        ((3, "wd"), ("2026-11-24 09:00", "2026-11-24 10:30"), "2026-11-27 00:00"),
        ((3, "wd"), ("2026-11-24 09:00", "2026-11-27 10:30"), "2026-12-02 00:00"),
        ((3, "wd"), ("2026-11-26 09:00", "2026-11-28 10:30"), "2026-12-01 00:00"),
        ((3, "nd_end"), ("2026-11-26 09:00", "2026-11-28 10:30"), "2026-11-29 00:00"),
        ((8, "wh"), ("2026-11-23 17:00", "2026-11-25 08:00"), "2026-11-25 11:00"),
        ((8, "wh"), ("2026-11-20 17:00", "2026-11-23 12:10"), "2026-11-24 12:00"),
        ((8, "wh"), ("2026-11-24 10:00", "2026-11-25 08:00"), "2026-11-24 10:00"),
    ],
)
def test_slow_due_moves_when_paused(calendar: SlowCalendar, limit: Quantity, pause: tuple[str, str], due: str) -> None:
    spans: list[Pause] = [(at(pause[0]), at(pause[1]))]
    assert slow_due(at("2026-11-23 10:00"), limit, calendar, (), spans)[0] == at(due)


def test_slow_due_depends_on_order_when_units_of_extensions_mix(calendar: SlowCalendar) -> None:
    start = at("2026-11-26 10:00")  # a Thursday; 1wd ends on Friday 24:00
    assert slow_due(start, (1, "wd"), calendar, [(24, "h"), (1, "wd")])[0] == at("2026-12-01 00:00")
    assert slow_due(start, (1, "wd"), calendar, [(1, "wd"), (24, "h")])[0] == at("2026-12-02 00:00")


def test_slow_due_is_provisional_when_the_year_is_unpublished(calendar: SlowCalendar) -> None:
    assert slow_due(at("2026-12-30 10:00"), (1, "wd"), calendar) == (at("2027-01-01 00:00"), False)
    assert slow_due(at("2026-12-31 10:00"), (1, "wd"), calendar) == (at("2027-01-02 00:00"), True)
    assert slow_due(at("2026-12-31 17:00"), (1, "wh"), calendar) == (at("2026-12-31 18:00"), False)
    assert slow_due(at("2026-12-31 10:00"), (7, "nd_end"), calendar)[1] is False


def test_slow_due_refuses_when_pauses_are_reversed_or_overlap(calendar: SlowCalendar) -> None:
    start = at("2026-11-23 10:00")
    first, second = (at("2026-11-24 09:00"), at("2026-11-24 12:00")), (at("2026-11-24 11:00"), at("2026-11-24 13:00"))
    with pytest.raises(SlowError, match="reversed"):
        slow_due(start, (3, "wd"), calendar, (), [(first[1], first[0])])
    with pytest.raises(SlowError, match="overlap"):
        slow_due(start, (3, "wd"), calendar, (), [second, first])


@pytest.mark.parametrize(
    ("start", "limit", "due", "yellow"),
    [
        ("2026-11-19 10:00", (2, "wd"), "2026-11-24 00:00", "2026-11-21 00:00"),
        ("2026-11-21 10:00", (1, "wd"), "2026-11-24 00:00", None),
        ("2026-11-19 10:00", (7, "nd_end"), "2026-11-27 00:00", "2026-11-26 00:00"),
        ("2026-11-19 10:00", (3, "nd"), "2026-11-22 10:00", "2026-11-21 10:00"),
        ("2026-11-19 10:00", (2, "h"), "2026-11-19 12:00", "2026-11-19 11:30"),
        ("2026-11-19 10:00", (8, "wh"), "2026-11-20 10:00", "2026-11-19 17:00"),
        # A quarter of 4 working hours is left from Thursday 18:00 on, not only from Friday 09:00 on.
        ("2026-11-19 15:00", (4, "wh"), "2026-11-20 10:00", "2026-11-19 18:00"),
    ],
)
def test_slow_yellow_agrees_when_worked_out_by_hand(
    calendar: SlowCalendar, start: str, limit: Quantity, due: str, yellow: str | None
) -> None:
    assert slow_yellow(at(start), limit, at(due), calendar) == (at(yellow) if yellow else None)
