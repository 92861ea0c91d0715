"""Whole lives of tickets as plain tables, one test per file: who does what when, and what must be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.conftest import Town
from tests.scenarios import table
from tests.scenarios.play import Play

TABLES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_ticket_goes_as_the_table_says_when_played(town: Town, path: Path) -> None:
    play = Play(town)
    for line in table.read(path):
        play.row(line)


def test_row_is_named_when_it_comes_out_otherwise(town: Town, tmp_path: Path) -> None:
    script = tmp_path / "wrong.txt"
    script.write_text("11-02 09:00 | operator | accepts | A |\n | operator | must see | A | state=closed\n", "utf-8")
    play = Play(town)
    accepts, looks = table.read(script)
    play.row(accepts)
    with pytest.raises(AssertionError, match="line 2, must see A: state is dispatched, not closed"):
        play.row(looks)
