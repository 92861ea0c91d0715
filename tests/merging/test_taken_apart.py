"""Unmerge restores both (rules.md §5): helpers, callers who came along, and an end that had been reached meanwhile."""

from __future__ import annotations

from dispatch.hops import services as hops
from dispatch.tickets import queries
from tests.merging.conftest import join, part
from tests.town import Desk


def test_unmerge_gives_helpers_their_parts_back_when_they_had_some(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    desk.acknowledge(newer)
    stamp = {"reference": desk.reference, "actor": "account:2", "at": desk.at}
    desk.run(hops.ask_support, newer, unit_code="E-01", task="核实", **stamp)
    number = desk.run(queries.assignments, newer)[-1].number
    desk.run(hops.acknowledge, newer, number, actor="account:3", at=desk.at)
    before = desk.run(queries.assignments, newer)[-1]
    join(desk.later(minutes=1), newer, older)
    assert desk.run(queries.assignments, newer)[-1].state == "withdrawn"
    part(desk.later(minutes=1), newer)
    after = desk.run(queries.assignments, newer)[-1]
    for name in ("state", "due_at", "next_at", "withdrawn_at", "withdrawn_for"):
        assert getattr(after, name) == getattr(before, name), name
