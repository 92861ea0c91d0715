"""What a frozen fact counts as, in one number that the database makes of its columns: an index alone then says how many of each there are.

A month of a million tickets holds a few thousand different pairs of unit and number. They are counted from the index (a tenth of
the time of reading the facts), unpacked to the columns that ``conditions`` reads, and counted by those: what counts stays in one place.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, case, literal

# From the lowest bit up; the migration that made the column holds the same words (a test compares what both say of each fact).
FLAGS = (
    "is_excluded",
    "is_withdrawn",
    "is_pending",
    "reached",
    "is_on_time",
    "is_explained",
    "first_contact_at IS NOT NULL",
    "completed_at IS NOT NULL",
    "returns > 0",
    "redos > 0",
)
_CONTACTED, _SOLVED, _SATISFACTION = 10, 12, 15  # the bit where each begins, behind the flags
CONTACTED = (True, False)
SOLVED = ("yes", "partly", "no")
SATISFACTION = ("satisfied", "basically", "dissatisfied")
OTHER = 7  # an answer that no release knew when this was written


def _coded(column: str, values: tuple[str, ...]) -> str:
    known = " ".join(f"WHEN {column} = '{value}' THEN {number}" for number, value in enumerate(values, 1))
    return f"(CASE WHEN {column} IS NULL THEN 0 {known} ELSE {OTHER} END)"


EXPRESSION = " + ".join(
    [
        *(f"({flag})::int * {1 << bit}" for bit, flag in enumerate(FLAGS)),
        f"(CASE WHEN contacted THEN 1 WHEN NOT contacted THEN 2 ELSE 0 END) * {1 << _CONTACTED}",
        f"{_coded('solved', SOLVED)} * {1 << _SOLVED}",
        f"{_coded('satisfaction', SATISFACTION)} * {1 << _SATISFACTION}",
    ]
)


def unpacked(number: ColumnElement[int]) -> Any:
    """The columns that ``conditions`` reads, from the number: counts above 0 where there is one, instants not null where there is one."""
    flag = {name.split()[0]: number.bitwise_and(1 << bit) for bit, name in enumerate(FLAGS)}
    return SimpleNamespace(
        **{name: flag[name] != 0 for name in FLAGS if name in flag},
        returns=flag["returns"],
        redos=flag["redos"],
        first_contact_at=case((flag["first_contact_at"] != 0, 1)),
        completed_at=case((flag["completed_at"] != 0, 1)),
        contacted=_decoded(number, _CONTACTED, 3, CONTACTED),
        solved=_decoded(number, _SOLVED, OTHER, SOLVED),
        satisfaction=_decoded(number, _SATISFACTION, OTHER, SATISFACTION),
    )


def _decoded(number: ColumnElement[int], first: int, mask: int, values: tuple[Any, ...]) -> ColumnElement[Any]:
    """The value whose code stands from bit ``first`` on: null for 0, ``"?"`` for an answer that nobody knew."""
    code = number.bitwise_and(mask << first)
    known = [(code == each << first, literal(value)) for each, value in enumerate(values, 1)]
    other = [(code == OTHER << first, literal("?"))] if mask == OTHER else []
    return case(*known, *other)
