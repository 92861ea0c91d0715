"""What a row of tickets.csv may say (design §9): each fault is told with its column, and what is normal is not refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.canonical import instant
from dispatch.tickets.import_rows import Facts, RowChecker, read_instant
from tests.exchange.tickets_csv import COLUMNS, NOW, bare, done

SOON = "2026-11-01T00:05:00Z"
LATER = "2026-11-01T00:05:01Z"


def check(row: dict[str, str]) -> Facts | list[Reject]:
    return RowChecker({"T1", "E1"}, at=NOW).check(Row(7, [row.get(column, "") for column in COLUMNS]))


def faults(row: dict[str, str]) -> list[tuple[str, str]]:
    found = check(row)
    assert isinstance(found, list), "the row was taken"
    assert all(reject.line == 7 and reject.reason for reject in found)
    return [(reject.column, reject.reason) for reject in found]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("ticket_no", "", "不能为空"),
        ("ticket_no", "  ", "不能为空"),
        ("ticket_no", "9" * 201, "200 个字符"),
        ("kind", "", "不能为空"),
        ("kind", "Complaint", "complaint、"),
        ("kind", "投诉", "complaint、"),
        ("channel", "fax", "phone、"),
        ("category", "类" * 201, "200 个字符"),
        ("received_at", "", "不能为空"),
        ("received_at", "2025-10-01T09:00:00", "时区偏移"),
        ("received_at", "2025-10-01", "时区偏移"),
        ("received_at", "20261001T090000+08:00", "时区偏移"),
        ("received_at", "2026-W40-4T09:00:00+08:00", "时区偏移"),
        ("received_at", "2025-10-01T09:00:00+0800", "时区偏移"),
        ("received_at", "2025-10-01T24:00:00+08:00", "时区偏移"),
        ("received_at", "2026-02-30T09:00:00+08:00", "时区偏移"),
        ("received_at", "2025-10-０１T09:00:00+08:00", "时区偏移"),
        ("received_at", "0001-01-01T00:00:00+08:00", "时区偏移"),
        ("due_at", "9999-12-31T23:59:59-08:00", "时区偏移"),
        ("due_at", "明天", "时区偏移"),
        ("unit_code", "T9", "没有这个单位编码"),
        ("unit_code", "t1", "没有这个单位编码"),
        ("reached", "yes", "true 或 false"),
        ("reached", "TRUE", "true 或 false"),
        ("contacted", "1", "true 或 false"),
        ("solved", "true", "yes、partly、no"),
        ("satisfaction", "very", "satisfied、basically、dissatisfied"),
        ("excluded", "no", "true 或 false"),
        ("explained", "no", "true 或 false"),
        ("returns", "-1", "整数"),
        ("returns", "１", "整数"),
        ("returns", "1.0", "整数"),
        ("redos", "32768", "整数"),
        ("redos", "9" * 5000, "整数"),
        ("title", "长" * 2_001, "2000 个字符"),
        ("text", "长" * 10_000_000, "100000 个字符"),
        ("address", "长" * 2_001, "2000 个字符"),
    ],
)
def test_check_names_the_column_and_what_is_allowed_when_a_value_is_wrong(column: str, value: str, told: str) -> None:
    ((where, reason),) = faults(done(**{column: value}))
    assert where == column
    assert told in reason


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"unit_code": ""}, "unit_code", "填了 dispatched_at"),
        ({"dispatched_at": ""}, "dispatched_at", "填了 unit_code"),
        ({"dispatched_at": "2025-10-01T08:59:59+08:00"}, "dispatched_at", "早于 received_at"),
        ({"due_at": "2025-10-01T09:04:59+08:00"}, "due_at", "早于 dispatched_at"),
        ({"acknowledged_at": "2025-10-01T09:04:59+08:00"}, "acknowledged_at", "早于 dispatched_at"),
        ({"first_contact_at": "2025-10-01T09:04:59+08:00"}, "first_contact_at", "早于 dispatched_at"),
        ({"completed_at": "2025-10-01T09:04:59+08:00"}, "completed_at", "早于 dispatched_at"),
        ({"followed_up_at": "2025-10-01T01:04:59.999999Z"}, "followed_up_at", "早于 dispatched_at"),
        ({"acknowledged_at": LATER}, "acknowledged_at", "晚于当前时间"),
        ({"first_contact_at": LATER}, "first_contact_at", "晚于当前时间"),
        ({"completed_at": LATER}, "completed_at", "晚于当前时间"),
        ({"followed_up_at": LATER}, "followed_up_at", "晚于当前时间"),
    ],
)
def test_check_names_the_column_when_columns_contradict(changes: dict[str, str], column: str, told: str) -> None:
    ((where, reason),) = faults(done(**changes))
    assert where == column
    assert told in reason


def test_check_refuses_the_future_when_nothing_was_dispatched_yet() -> None:
    assert faults(bare(received_at=LATER)) == [("received_at", "晚于当前时间")]


def test_check_refuses_a_completion_before_the_reception_when_nothing_was_dispatched() -> None:
    assert faults(bare(completed_at="2025-10-01T08:59:59Z")) == [("completed_at", "早于 received_at")]


@pytest.mark.parametrize("reached", ["", "false"])
def test_check_refuses_each_answer_when_nobody_was_reached(reached: str) -> None:
    found = faults(done(reached=reached))
    assert [column for column, _ in found] == ["contacted", "solved", "satisfaction"]


def test_check_tells_every_fault_when_a_row_has_several() -> None:
    found = faults(done(kind="", solved="maybe", returns="x"))
    assert [column for column, _ in found] == ["kind", "solved", "returns"]


@pytest.mark.parametrize(
    "row",
    [
        bare(),
        bare(ticket_no='=1+1 "号"\n二', received_at=SOON),
        bare(reached="true"),
        bare(due_at="2027-01-01T00:00:00Z"),
        done(completed_at="2025-10-20T00:00:00+08:00"),  # after its due time
        done(followed_up_at="2025-10-02T00:00:00+08:00"),  # before it was completed
        done(contacted="", solved="", satisfaction=""),
        done(channel="", category="", acknowledged_at="", first_contact_at="", completed_at="", due_at=""),
        done(due_at="2027-05-01T00:00:00+08:00"),
        done(due_at="9999-12-31T23:59:59+08:00"),
        done(received_at="2025-10-01 09:05+08:00", dispatched_at="2025-10-01T01:05:00.000Z"),
        done(returns="", redos="0007", excluded=""),
        done(text="长" * 100_000, title="=cmd|' /C calc'!A0", address="😀"),
    ],
)
def test_check_takes_the_row_when_it_is_what_the_contract_calls_normal(row: dict[str, str]) -> None:
    assert isinstance(check(row), Facts)


def test_check_reads_every_column_when_the_row_is_full() -> None:
    facts = check(done(solved="partly"))
    assert isinstance(facts, Facts)
    assert facts.dispatched_at == "2025-10-01T01:05:00.000000Z"
    assert (facts.solved, facts.contacted, facts.excluded, facts.returns, facts.explained) == (
        "partly",
        True,
        False,
        1,
        True,
    )


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 the offset is drawn beside
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
    st.sampled_from(["auto", "seconds", "minutes", "milliseconds"]),
    st.sampled_from("T "),
)
def test_read_instant_writes_the_canonical_form_when_the_offset_is_any(
    wall: datetime, minutes: int, precision: str, between: str
) -> None:
    at = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = at.isoformat(between, precision)
    assert read_instant(text) == instant(datetime.fromisoformat(text))
