"""Which values may be entered: the shipped list, which a city may lengthen. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class ValueKind:
    """One of them: its name to people, its unit, whether it counts whole things, and the most that makes sense."""

    key: str
    title: str
    unit: str
    is_whole: bool
    most: Decimal


@cache
def kinds() -> Mapping[str, ValueKind]:
    """By key, in the order shipped."""
    text = resources.files("assessment.given").joinpath("data/kinds.toml").read_text(encoding="utf-8")
    return {
        one["key"]: ValueKind(one["key"], one["title"], one["unit"], one["whole"], Decimal(one["most"]))
        for one in tomllib.loads(text, parse_float=Decimal)["kinds"]
    }
