"""The tables of states: whole, reachable, told in words, and drawn in the documentation as they are."""

from __future__ import annotations

import re

import pytest

from dispatch.machines import MACHINES, Machine, as_markdown
from tests.house.tree import ROOT

every_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


@every_machine
def test_reach_every_state_when_walking_from_the_first(machine: Machine) -> None:
    reached, edge = {machine.start}, [machine.start]
    while edge:
        here = edge.pop()
        fresh = {after for before, after in machine.moves if before == here} - reached
        reached |= fresh
        edge += fresh
    assert reached == set(machine.states)


@every_machine
def test_give_a_word_and_a_rule_to_everything_when_read_by_people(machine: Machine) -> None:
    assert set(machine.words) == set(machine.states)
    assert all(rule.strip() for rule in machine.moves.values())
    assert len(set(machine.words.values())) == len(machine.words)


def test_draw_the_tables_as_they_are_when_documented() -> None:
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == as_markdown(), (
        "run: hotline states --write docs/states.md"
    )


def test_know_every_table_of_moves_when_there_is_one() -> None:
    named = re.compile(r"^(\w+)_MOVES\b", re.MULTILINE)
    files = [*(ROOT / "dispatch").rglob("*states.py"), *(ROOT / "assessment").rglob("*states.py")]
    tables = {name.lower() for path in files for name in named.findall(path.read_text("utf-8"))}
    assert tables == {machine.name for machine in MACHINES}
