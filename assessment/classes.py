"""The monthly classes of street-townships (先进、进步、整改、治理), rules.md §7. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from assessment.schemes.model import ClassRule

Amount = TypeVar("Amount", int, Fraction)


class UnitClass(StrEnum):
    """In the order in which they are written."""

    ADVANCED = "advanced"
    IMPROVED = "improved"
    RECTIFY = "rectify"
    GOVERN = "govern"


TITLES = {
    UnitClass.ADVANCED: "先进",
    UnitClass.IMPROVED: "进步",
    UnitClass.RECTIFY: "整改",
    UnitClass.GOVERN: "治理",
}


def classify(
    ranks: Mapping[str, int], gains: Mapping[str, Fraction], volumes: Mapping[str, int], rule: ClassRule
) -> Mapping[str, tuple[UnitClass, ...]]:
    """Classes by unit code, for units that have any; all units tied at an edge are included.

    ``ranks``: of the ranked units; ``gains``: of those ranked in both periods; ``volumes``: tickets of every unit of the group.
    """
    size = min(rule.at_most, len(ranks) // rule.one_in)
    if size == 0:
        return {}
    last = sorted(ranks.values())[-size]
    members = {
        UnitClass.ADVANCED: {code for code, rank in ranks.items() if rank <= size},
        UnitClass.IMPROVED: _largest_positive(gains, size),
        UnitClass.RECTIFY: {code for code, rank in ranks.items() if rank >= last},
        UnitClass.GOVERN: _largest_positive(volumes, size),
    }
    codes: Iterable[str] = set().union(*members.values())
    return {code: tuple(name for name in UnitClass if code in members[name]) for code in codes}


def _largest_positive(amounts: Mapping[str, Amount], size: int) -> set[str]:
    # Exact amounts are slow to compare: their floats decide, and the amounts themselves where these are equal (rounding is monotone).
    positive = {code: (float(amount), amount) for code, amount in amounts.items() if amount.numerator > 0}
    if not positive:
        return set()
    edge = sorted(positive.values(), reverse=True)[min(size, len(positive)) - 1]
    return {code for code, amount in positive.items() if amount >= edge}
