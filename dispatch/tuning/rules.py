"""When routing may propose something: the shipped numbers, and the endings of names that may be places."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class AliasRules:
    """``days`` of tickets are read; a name of ``shortest``–``longest`` characters in ``tickets`` of them, ``share`` of which were
    settled in one township, is proposed; ``most`` are open at a time."""

    days: int
    tickets: int
    share: Decimal
    shortest: int
    longest: int
    most: int


@cache
def alias_rules() -> AliasRules:
    """The shipped numbers."""
    text = (files("dispatch.tuning") / "data" / "learning.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    return AliasRules(**data["alias"])


@cache
def place_ends() -> dict[str, str]:
    """Ending of a name → kind of place, the longest endings first."""
    text = (files("dispatch.tuning") / "data" / "place_ends.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {row["end"]: row["kind"] for row in sorted(rows, key=lambda row: -len(row["end"]))}
