"""The engine and ``hotline due`` against due instants worked out elsewhere (tests/vectors/README.md)."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from dispatch.limits.calendar import Calendar
from dispatch.limits.cli import due
from dispatch.limits.parse import parse_pause
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit, Mode

VECTORS = Path(__file__).parents[1] / "vectors" / "limits.csv"
FEWEST = 300
METHODS = ("GNU date", "chinesecalendar", "numpy", "SQLite", "a list of working days", "by hand")
MODES = {"rolling": Mode.ROLLING, "end_of_day": Mode.END_OF_DAY}


class Vector(NamedTuple):
    """A line of the file; ``extend`` and ``pause`` hold several with blanks between."""

    start: str
    limit: str
    mode: str
    extend: str
    pause: str
    due: str
    provisional: str
    method: str


def vectors() -> list[Vector]:
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [Vector(*row) for row in list(csv.reader(lines))[1:]]


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.shipped()


def test_every_vector_names_the_method_by_which_it_was_worked_out() -> None:
    found = vectors()
    assert len(found) >= FEWEST
    assert all(vector.method.startswith(METHODS) for vector in found)
    assert {method for method in METHODS if any(vector.method.startswith(method) for vector in found)} == set(METHODS)
    assert len({vector[:5] for vector in found}) == len(found)


def test_engine_agrees_with_every_vector(calendar: Calendar) -> None:
    wrong = []
    for vector in vectors():
        mode = MODES[vector.mode]
        answer = due_at(
            datetime.fromisoformat(vector.start),
            Limit.parse(vector.limit, mode),
            calendar,
            [Limit.parse(one, mode) for one in vector.extend.split()],
            [parse_pause(one) for one in vector.pause.split()],
        )
        if (answer.at, answer.provisional) != (datetime.fromisoformat(vector.due), vector.provisional == "true"):
            wrong.append((vector, answer))
    assert not wrong


def test_command_agrees_with_every_vector() -> None:
    wrong = []
    for vector in vectors():
        words = ["--from", vector.start, "--limit", vector.limit]
        words += [word for one in vector.extend.split() for word in ("--extend", one)]
        words += [word for one in vector.pause.split() for word in ("--pause", one)]
        words += ["--end-of-day"] if vector.mode == "end_of_day" else []
        answer = CliRunner().invoke(due, words, env={"HOTLINE_TIME_ZONE": None})
        if answer.stdout != f"{vector.due}\n" or ("provisional" in answer.stderr) != (vector.provisional == "true"):
            wrong.append((vector, answer.output))
    assert not wrong
