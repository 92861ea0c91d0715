"""The numbers of the boards, which a city may change: nothing of them reaches a score."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class BoardSettings:
    """``least_answers`` below which a cell is not judged; ``periods`` of a trend, and the most that may be asked for."""

    least_answers: int
    periods: int
    most_periods: int


@cache
def settings() -> BoardSettings:
    """As shipped."""
    return BoardSettings(
        **tomllib.loads(resources.files(__package__).joinpath("settings.toml").read_text(encoding="utf-8"))
    )
