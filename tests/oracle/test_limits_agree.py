"""The limit engine against the slow reading of rules.md §1, on seeded random cases. `HOTLINE_DEEP=1` takes ten times as many."""

import random
from datetime import datetime, timedelta

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.limits.calendar import Calendar
from dispatch.limits.cards import red_at, yellow_at
from dispatch.limits.policy import shipped_policy
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit, Mode, Unit
from tests.counts import examples

from .cases import Case, random_case, random_instant
from .facts import holidays_csv
from .slow_limits import LOCAL, Quantity, SlowCalendar, SlowError, slow_due, slow_yellow

CARDS = shipped_policy().cards

CHUNKS = 10
CASES_PER_CHUNK = examples(1_000, deep=10_000)


@pytest.fixture(scope="module")
def slow() -> SlowCalendar:
    return SlowCalendar(holidays_csv())


@pytest.fixture(scope="module")
def fast() -> Calendar:
    return Calendar.shipped()


def as_limit(quantity: Quantity) -> Limit:
    amount, unit = quantity
    mode = Mode.END_OF_DAY if unit == "nd_end" else Mode.ROLLING
    return Limit(amount, Unit(unit.removesuffix("_end")), mode)


def fast_due(case: Case, calendar: Calendar) -> tuple[datetime, bool]:
    due = due_at(case.start, as_limit(case.limit), calendar, [as_limit(e) for e in case.extensions], case.pauses)
    return due.at, due.provisional


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_due_agrees_with_the_slow_reading_when_cases_are_random(slow: SlowCalendar, fast: Calendar, seed: int) -> None:
    rng = random.Random(f"due {seed}")
    for _ in range(CASES_PER_CHUNK):
        case = random_case(rng, slow)
        expected = slow_due(case.start, case.limit, slow, case.extensions, case.pauses)
        assert fast_due(case, fast) == expected, case


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_cards_agree_with_the_slow_reading_when_cases_are_random(slow: SlowCalendar, fast: Calendar, seed: int) -> None:
    rng = random.Random(f"cards {seed}")
    for _ in range(CASES_PER_CHUNK // 5):
        case = random_case(rng, slow)
        due, _ = slow_due(case.start, case.limit, slow, case.extensions, case.pauses)
        expected = slow_yellow(case.start, case.limit, due, slow)
        assert yellow_at(case.start, as_limit(case.limit), due, fast, CARDS) == expected, (case, due)
        assert timedelta() < red_at(due) - due <= timedelta(seconds=1)


def test_due_and_cards_agree_when_some_days_are_half_and_some_years_unpublished() -> None:
    rng = random.Random("half days")
    plain = SlowCalendar(holidays_csv())
    days = {random_instant(rng, plain).date() for _ in range(1_500)} - {
        day for day, is_off in plain.is_off.items() if is_off
    }
    slow = SlowCalendar(holidays_csv(), sorted(days))
    slow.published -= {2010, 2013, 2014, 2020}
    fast = Calendar.build(plain.is_off.items(), years=slow.published, zone=LOCAL, half_days=days)
    for _ in range(CASES_PER_CHUNK):
        case = random_case(rng, slow)
        expected = slow_due(case.start, case.limit, slow, case.extensions, case.pauses)
        assert fast_due(case, fast) == expected, case
        yellow = slow_yellow(case.start, case.limit, expected[0], slow)
        assert yellow_at(case.start, as_limit(case.limit), expected[0], fast, CARDS) == yellow, (case, expected)


def test_both_refuse_when_pauses_are_reversed_or_overlap(slow: SlowCalendar, fast: Calendar) -> None:
    rng, refused = random.Random("refused"), 0
    while refused < 200:
        case = random_case(rng, slow)
        if not case.pauses:
            continue
        begin, end = case.pauses[0]
        bad = rng.choice(
            ((end, begin), (begin, begin), (begin, end + timedelta(seconds=1)), (begin - timedelta(days=900), end))
        )
        broken = Case(case.start, case.limit, case.extensions, (*case.pauses, bad))
        with pytest.raises(SlowError):
            slow_due(broken.start, broken.limit, slow, broken.extensions, broken.pauses)
        with pytest.raises(DomainError) as refusal:
            fast_due(broken, fast)
        assert refusal.value.code in {"limit.pause_reversed", "limit.pauses_overlap"}
        refused += 1


def test_random_cases_hold_every_edge_when_taken_together(slow: SlowCalendar) -> None:
    rng, seen = random.Random("due 0"), set()
    for _ in range(1_000):
        case = random_case(rng, slow)
        plain, _ = slow_due(case.start, case.limit, slow)
        due, is_provisional = slow_due(case.start, case.limit, slow, case.extensions, case.pauses)
        seen |= {case.limit[1], case.start.year, f"{len({unit for _, unit in case.extensions})} extension units"}
        seen |= {"provisional"} if is_provisional else set()
        seen |= {"moved by pauses"} if not case.extensions and due != plain else set()
        seen |= {"unmoved by pauses"} if case.pauses and not case.extensions and due == plain else set()
    assert seen >= {
        "h",
        "nd",
        "nd_end",
        "wd",
        "wh",
        "provisional",
        "moved by pauses",
        "unmoved by pauses",
        "3 extension units",
    }
    assert seen >= set(range(2007, 2029))
