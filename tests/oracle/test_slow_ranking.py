"""The slow ranking itself against tables worked out by hand from rules.md §6–7."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from .slow_ranking import slow_table, two_decimals
from .slow_schemes import LOCAL, slow_period

UNITS = [
    {"code": "C", "name": "市", "kind": "city", "parent_code": "", "population": ""},
    {"code": "D", "name": "区", "kind": "district", "parent_code": "C", "population": ""},
    {"code": "B", "name": "区局", "kind": "department", "parent_code": "D", "population": ""},
    {"code": "A", "name": "市局", "kind": "department", "parent_code": "C", "population": ""},
    {"code": "V", "name": "社区", "kind": "community", "parent_code": "T1", "population": ""},
] + [{"code": f"T{n}", "name": f"街{n}", "kind": "township", "parent_code": "D", "population": ""} for n in range(1, 6)]


def ticket(unit_code: str, answers: str = "", **more: Any) -> dict[str, Any]:
    """One complaint of October; `answers` = "contacted solved satisfaction" of a reached reporter, "" = no follow-up yet."""
    contacted, solved, satisfaction = answers.split() if answers else ("", "", "")
    row = {
        "kind": "complaint",
        "unit_code": unit_code,
        "received_at": "2025-10-01T08:00:00+08:00",
        "dispatched_at": "2025-10-01T08:01:00+08:00",
        "due_at": "2025-10-08T08:01:00+08:00",
        "followed_up_at": "2025-10-09T09:00:00+08:00" if answers else "",
        "reached": "true" if answers else "",
        "contacted": contacted,
        "solved": solved,
        "satisfaction": satisfaction,
    }
    return {**row, **more}


def table(tickets: list[dict[str, Any]], **question: Any) -> list[dict[str, str]]:
    return slow_table(UNITS, tickets, **({"scheme": "beijing", "period": "2025-10", "group": "township"} | question))


def column(rows: list[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in rows]


GOOD, BAD = "true yes satisfied", "false no dissatisfied"


def test_slow_table_shares_ranks_when_score_and_received_are_equal() -> None:
    rows = table(
        [ticket("T1", GOOD), ticket("T2", BAD), ticket("T3", BAD), ticket("T4", "true yes basically"), ticket("T5")]
    )
    assert column(rows, "unit_code") == ["T1", "T4", "T2", "T3", "T5"]
    assert column(rows, "rank") == ["1", "2", "3", "3", ""]
    assert column(rows, "score") == ["100.00", "96.00", "0.00", "0.00", ""]
    assert column(rows, "class") == ["advanced;govern", "govern", "rectify;govern", "rectify;govern", "govern"]
    assert column(rows, "note") == ["", "", "", "", "no_valid_follow_up"]


def test_slow_table_pools_what_lies_below_when_the_group_is_district() -> None:
    tickets = [ticket("V", GOOD), ticket("B", BAD), ticket("A", GOOD), ticket("D")]
    (row,) = table(tickets, group="district")
    assert (row["received"], row["valid"], row["solved"], row["response_rate"]) == ("3", "2", "1", "50.00")
    assert column(table(tickets, group="department"), "unit_code") == ["A", "B"]
    assert table(tickets)[0]["unit_code"] == "T1"


def test_slow_table_moves_the_excluded_when_a_case_is_decided_or_imported() -> None:
    decided = ticket("T1", BAD, excluded_at="2025-10-20T00:00:00+08:00")
    tickets = [ticket("T1", GOOD), ticket("T1", BAD, excluded="true"), decided]
    before = table(tickets, as_of=datetime(2025, 10, 19, 23, 59, tzinfo=LOCAL))[0]
    after = table(tickets, as_of=datetime(2025, 10, 20, tzinfo=LOCAL))[0]
    assert (before["received"], before["excluded"], before["resolution_rate"]) == ("2", "1", "50.00")
    assert (after["received"], after["excluded"], after["resolution_rate"]) == ("1", "2", "100.00")


def test_slow_table_counts_the_first_answer_on_solved_when_attempts_differ() -> None:
    def attempt(at: str, round_: int, solved: str) -> dict[str, Any]:
        return {"at": at, "round": round_, "reached": "true", "contacted": "true", "solved": solved, "satisfaction": ""}

    attempts = [
        attempt("2025-10-09T09:00:00+08:00", 1, ""),
        attempt("2025-10-10T09:00:00+08:00", 1, "no"),
        attempt("2025-10-11T09:00:00+08:00", 1, "yes"),
        attempt("2025-10-30T09:00:00+08:00", 2, "yes"),
    ]
    row = table([ticket("T1", attempts=attempts)], scheme="xining", as_of=datetime(2025, 12, 1, tzinfo=LOCAL))[0]
    assert (row["valid"], row["contacted"], row["solved"]) == ("1", "1", "0")


def test_slow_table_keeps_a_ticket_out_when_it_is_no_units() -> None:
    lost = {"unit_code": "T1", "sent_at": "2025-10-01T08:01:00+08:00", "ended_at": "", "fault": "dispute_upheld"}
    kept = {"unit_code": "T2", "sent_at": "2025-10-02T08:01:00+08:00", "ended_at": "", "fault": ""}
    tickets = [
        ticket("", dispatched_at=""),
        ticket("T1", kind="praise"),
        ticket("T1", merged_at="2025-10-02T00:00:00+08:00"),
        ticket("T1", withdrawn_at="2025-10-02T00:00:00+08:00"),
        ticket("T1", leads=[lost, kept]),
    ]
    rows = {row["unit_code"]: row["received"] for row in table(tickets)}
    assert (rows["T1"], rows["T2"]) == ("1", "1")


def test_slow_table_gives_xinings_bulletin_when_fed_its_numbers() -> None:
    answers = [GOOD] * 614 + ["true yes basically"] * 34 + ["true yes dissatisfied"] * 15 + ["true no dissatisfied"] * 7
    row = table([ticket("T1", answer) for answer in answers], scheme="xining")[0]
    assert (row["valid"], row["response_rate"], row["resolution_rate"]) == ("670", "100.00", "98.96")
    assert row["satisfaction_rate"] == "94.69"


def test_slow_period_is_half_open_when_it_runs_from_the_19th() -> None:
    assert slow_period("2025-01", "beijing") == (
        datetime(2024, 12, 19, tzinfo=LOCAL),
        datetime(2025, 1, 19, tzinfo=LOCAL),
    )
    assert slow_period("2025-12", "xining") == (datetime(2025, 12, 1, tzinfo=LOCAL), datetime(2026, 1, 1, tzinfo=LOCAL))
    assert slow_period("2025-W01", "fair")[0] == datetime(2024, 12, 30, tzinfo=LOCAL)
    at_the_edge = [
        ticket("T1", received_at="2025-09-19T00:00:00+08:00"),
        ticket("T2", received_at="2025-10-18T16:00:00+00:00"),
    ]
    assert [(r["unit_code"], r["received"]) for r in table(at_the_edge)[:2]] == [("T1", "1"), ("T2", "0")]


def test_two_decimals_rounds_half_up_when_exactly_between() -> None:
    assert [two_decimals(Fraction(n, 1000)) for n in (125, 124, 99995, -125, -1)] == [
        "0.13",
        "0.12",
        "100.00",
        "-0.13",
        "0.00",
    ]
