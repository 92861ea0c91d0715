"""What a unit's counts alone decide under a scheme, remembered by these counts: one more answer changes one unit's. Pure.

A score is a function of what it is asked by and of nothing else, so that a remembered one cannot be out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from assessment.metrics import NOTHING_BESIDE, OF_ONE_UNIT, Beside, Counts, Rate, rate, score
from assessment.sameness import made_once
from assessment.schemes.model import Indicator, Scheme

SCHEMES, UNITS = 8, 2048  # remembered at most: schemes, and units' counts of each; some 2 kB apiece

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The exact score of a unit that is ranked, and its three rates.

    ``order``: what ranks are by, the larger the better. It begins with the score as a float, which never orders two scores
    otherwise than they are (rounding is monotone), and goes on with the exact one, which decides where the floats are equal.
    """

    value: Fraction
    response: Rate
    resolution: Rate
    satisfaction: Rate
    order: tuple[float | Fraction | int, ...]


Scorer = Callable[[Counts, Beside], Scored]


@lru_cache(maxsize=SCHEMES)
def scorer(scheme: Scheme) -> Scorer:
    """The scores of one scheme."""
    looks_beside = bool(scheme.given) or bool(scheme.indicators & OF_ONE_UNIT)

    @lru_cache(maxsize=UNITS)
    def remembered(counts: Counts, key: Key | None) -> Scored:
        return _scored(counts, scheme, NOTHING_BESIDE if key is None else _beside(key))

    def found(counts: Counts, beside: Beside) -> Scored:
        return remembered(counts, _key(beside) if looks_beside else None)

    return made_once(UNITS)(found)


def _scored(counts: Counts, scheme: Scheme, beside: Beside) -> Scored:
    value = score(counts, scheme, beside).value
    ties = (getattr(counts, tie.value) for tie in scheme.ties)
    return Scored(
        value=value,
        response=rate(Indicator.RESPONSE, counts, scheme),
        resolution=rate(Indicator.RESOLUTION, counts, scheme),
        satisfaction=rate(Indicator.SATISFACTION, counts, scheme),
        order=(float(value), value, *ties),
    )


def _key(beside: Beside) -> Key:
    numbers = (beside.group_received, beside.population, beside.marks, beside.marks_most)
    return (*numbers, tuple(sorted(beside.given.items())))


def _beside(key: Key) -> Beside:
    group_received, population, marks, marks_most, given = key
    return Beside(group_received, population, marks, marks_most, dict(given))
