"""A week entered at once: its shifts follow each other without gap or overlap, across midnight too."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.duty.tiling import in_turn, tile
from dispatch.kernel.errors import DomainError

BEIJING = ZoneInfo("Asia/Shanghai")
TIMES = st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0)), min_size=1, max_size=6)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 31), TIMES)
def test_tile_the_whole_span_once_when_days_are_filled(first: date, days: int, changes: list[time]) -> None:
    spans = tile(first, days, changes, BEIJING)
    begin = datetime.combine(first, min(changes), tzinfo=BEIJING)
    assert spans[0][0] == begin
    assert spans[-1][1] == begin + timedelta(days=days)
    assert all(starts < ends for starts, ends in spans)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert len(spans) == days * len(set(changes))
    assert {starts.time() for starts, _ends in spans} == set(changes)


@given(st.integers(1, 31), TIMES, st.lists(st.tuples(st.integers(1, 9), st.none()), min_size=1, max_size=5))
def test_take_turns_when_there_are_fewer_people_than_shifts(
    days: int, changes: list[time], people: list[tuple[int, None]]
) -> None:
    spans = tile(date(2026, 11, 2), days, changes, BEIJING)
    made = in_turn(spans, people, 7)
    assert [(one.starts_at, one.ends_at) for one in made] == spans
    assert [(one.account_id, one.backup_id) for one in made] == [people[n % len(people)] for n in range(len(spans))]


def test_run_across_midnight_when_the_night_shift_is_on() -> None:
    spans = tile(date(2026, 11, 2), 2, [time(18), time(8, 30)], BEIJING)
    assert [f"{starts:%d %H:%M}-{ends:%d %H:%M}" for starts, ends in spans] == [
        "02 08:30-02 18:00",
        "02 18:00-03 08:30",
        "03 08:30-03 18:00",
        "03 18:00-04 08:30",
    ]


def test_refuse_when_nothing_is_given() -> None:
    with pytest.raises(DomainError, match=r"duty\.changes_missing"):
        tile(date(2026, 11, 2), 1, [], BEIJING)
    with pytest.raises(DomainError, match=r"duty\.days_missing"):
        tile(date(2026, 11, 2), 0, [time(8)], BEIJING)
    with pytest.raises(DomainError, match=r"duty\.people_missing"):
        in_turn(tile(date(2026, 11, 2), 1, [time(8)], BEIJING), [], 7)
