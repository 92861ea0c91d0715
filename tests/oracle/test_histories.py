"""What the random histories promise: edges in plenty, rows that the exchange contract (design.md §9) accepts."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from .histories import GROUPS, random_history
from .slow_ranking import slow_table


def test_histories_hold_every_edge_when_taken_together() -> None:
    """The comparison proves nothing about an edge that no history has."""
    seen: set[str] = set()
    for seed in range(30):
        history = random_history(seed)
        for question in history.questions():
            seen |= _edges(slow_table(history.units, history.tickets, **question), question)
    assert seen >= {
        "advanced",
        "improved",
        "rectify",
        "govern",
        "no_valid_follow_up",
        "below_minimum",
        "govern unranked",
    }
    assert seen >= {"tie of three", "excluded", "as-of", "fair ranks"}
    assert seen >= {f"{group} without units" for group in GROUPS[2:]}


def _edges(rows: list[dict[str, str]], question: dict[str, Any]) -> set[str]:
    ranks = [row["rank"] for row in rows if row["rank"]]
    seen = {word for row in rows for word in [*row["class"].split(";"), row["note"]]}
    seen |= {"tie of three"} if any(ranks.count(rank) >= 3 for rank in ranks) else set()
    seen |= {"excluded"} if any(row["excluded"] != "0" for row in rows) else set()
    seen |= {"as-of"} if question["as_of"] else set()
    seen |= {"fair ranks"} if question["scheme"] == "fair" and len(ranks) >= 4 else set()
    seen |= {"govern unranked"} if any(row["class"] and not row["rank"] for row in rows) else set()
    return seen | ({f"{question['group']} without units"} if not rows else set())


@pytest.mark.parametrize("seed", range(10))
def test_history_keeps_to_the_exchange_contract_when_written(seed: int, tmp_path: Path) -> None:
    history = random_history(seed)
    units_csv, tickets_csv = history.write(tmp_path)
    with units_csv.open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    with tickets_csv.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows == history.tickets
    assert len(codes) == len(set(codes))
    assert len(rows) == len({row["ticket_no"] for row in rows})
    for row in rows:
        assert not _faults(row, codes), row
    assert random_history(seed) == history


def _faults(row: dict[str, str], codes: list[str]) -> list[str]:
    at = {name: datetime.fromisoformat(text) for name, text in row.items() if name.endswith("_at") and text}
    faults = ["offset"] if any(instant.tzinfo is None for instant in at.values()) else []
    if bool(row["unit_code"]) != ("dispatched_at" in at) or row["unit_code"] not in [*codes, ""]:
        faults.append("unit")
    if any(at[name] < at["dispatched_at"] for name in at if "dispatched_at" in at and name != "received_at"):
        faults.append("before dispatch")
    if at.get("dispatched_at", at["received_at"]) < at["received_at"]:
        faults.append("dispatched before received")
    if row["reached"] != "true" and (row["contacted"] or row["solved"] or row["satisfaction"]):
        faults.append("answers of nobody")
    if any(at[name] >= datetime(2026, 1, 1, tzinfo=UTC) for name in at if name != "due_at"):
        faults.append("future")
    return faults
