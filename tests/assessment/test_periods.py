"""Half-open periods at local midnights: months from the 19th, calendar months, ISO weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.periods import Period, PeriodKind
from assessment.schemes import load
from dispatch.kernel.errors import DomainError

ZONE = ZoneInfo("Asia/Shanghai")
INSTANTS = st.integers(-600_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("scheme", "name", "start", "end", "label"),
    [
        ("beijing", "2026-10", "2026-09-19", "2026-10-19", "2026年10月（9月19日—10月18日）"),
        ("beijing", "2026-01", "2025-12-19", "2026-01-19", "2026年1月（12月19日—1月18日）"),
        ("fair", "2026-03", "2026-02-19", "2026-03-19", "2026年3月（2月19日—3月18日）"),
        ("xining", "2026-02", "2026-02-01", "2026-03-01", "2026年2月"),
        ("xining", "2028-02", "2028-02-01", "2028-03-01", "2028年2月"),
        ("shanghai", "2026-12", "2026-12-01", "2027-01-01", "2026年12月"),
        ("beijing", "2026-W42", "2026-10-12", "2026-10-19", "2026年第42周（10月12日—10月18日）"),
        ("xining", "2026-W01", "2025-12-29", "2026-01-05", "2026年第1周（12月29日—1月4日）"),
        ("xining", "2026-W53", "2026-12-28", "2027-01-04", "2026年第53周（12月28日—1月3日）"),
    ],
)
def test_parse_gives_local_midnights_when_period_is_named(
    scheme: str, name: str, start: str, end: str, label: str
) -> None:
    period = Period.parse(name, load(scheme), ZONE)
    assert (period.start, period.end, period.label) == (local(start), local(end), label)
    assert period.start.utcoffset() == timedelta(hours=8)


def test_contains_is_half_open_when_at_midnight_of_the_19th() -> None:
    period = Period.parse("2026-10", load("beijing"), ZONE)
    tick = timedelta(microseconds=1)
    assert period.contains(local("2026-09-19"))
    assert not period.contains(local("2026-09-19") - tick)
    assert period.contains(local("2026-10-19") - tick)
    assert not period.contains(local("2026-10-19"))
    assert period.contains(datetime(2026, 9, 18, 16, tzinfo=UTC))
    assert not period.contains(datetime(2026, 10, 18, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "before"),
    [("2026-10", "2026-09"), ("2026-01", "2025-12"), ("2026-W01", "2025-W52"), ("2027-W01", "2026-W53")],
)
@pytest.mark.parametrize("scheme", ["beijing", "xining"])
def test_previous_ends_where_this_starts_when_going_back(scheme: str, name: str, before: str) -> None:
    period = Period.parse(name, load(scheme), ZONE)
    assert period.previous() == Period.parse(before, load(scheme), ZONE)
    assert period.previous().end == period.start


def test_settles_ten_days_after_the_end_when_beijing() -> None:
    assert Period.parse("2026-10", load("beijing"), ZONE).settles_at == local("2026-10-29")


@pytest.mark.parametrize(
    "name",
    ["", "2026", "2026-13", "2026-00", "2026-1", "2026-W54", "2025-W53", "2026-W00", "2026-w42", "2026-10 ", "2026-10\n",
     "２０２６-10", "0001-01", "9999-12", "2026-10-19", "-026-10"],
)  # fmt: skip
def test_parse_refuses_when_name_is_no_period(name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        Period.parse(name, load("beijing"), ZONE)
    assert refusal.value.code == "period.unreadable"


@given(INSTANTS, st.sampled_from(["beijing", "xining"]), st.sampled_from(list(PeriodKind)))
def test_every_instant_is_in_exactly_one_period_when_of_one_kind(at: datetime, scheme: str, kind: PeriodKind) -> None:
    period = Period.holding(at, load(scheme), ZONE, kind)
    assert period.contains(at)
    assert not period.previous().contains(at)
    assert Period.holding(period.end, load(scheme), ZONE, kind).previous() == period
    assert Period.parse(period.name, load(scheme), ZONE) == period
