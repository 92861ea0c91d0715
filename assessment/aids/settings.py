"""The numbers of the aids, which a city may change: resamples, confidence, levels of the funnel."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Settings:
    """``resamples`` B, ``confidence`` of the interval, ``borrowed_answers`` that each unit gets of the group's make-up, so that
    one lucky answer is not taken for certainty; ``funnel``: levels of the funnel's limits."""

    resamples: int
    confidence: float
    borrowed_answers: int
    funnel: tuple[float, ...]


@cache
def settings() -> Settings:
    """As shipped."""
    said = tomllib.loads(resources.files("assessment.aids").joinpath("settings.toml").read_text(encoding="utf-8"))
    return Settings(said["resamples"], said["confidence"], said["borrowed_answers"], tuple(said["funnel"]))
