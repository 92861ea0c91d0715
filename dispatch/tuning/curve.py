"""准确率 × 直派率: what each threshold of certainty would have meant, pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final, NamedTuple

TOP: Final = 100


class Judged(NamedTuple):
    """Tickets that the machine was equally sure of (0–100): how many, and how many of them it had right."""

    confidence: int
    tickets: int
    right: int


@dataclass(frozen=True, slots=True)
class Point:
    """With ``threshold`` (0–100): ``direct`` of ``tickets`` would have gone out directly, ``right`` of those to the right unit."""

    threshold: int
    tickets: int
    direct: int
    right: int

    @property
    def share(self) -> Fraction | None:
        """Dispatched directly / all; None without tickets."""
        return Fraction(self.direct, self.tickets) if self.tickets else None

    @property
    def accuracy(self) -> Fraction | None:
        """Right / dispatched directly; None where nothing would be."""
        return Fraction(self.right, self.direct) if self.direct else None


def curve(rows: Iterable[Judged]) -> tuple[Point, ...]:
    """A point for every threshold 0–100, lowest first. A ticket goes out directly where its confidence ≥ the threshold."""
    tickets, right = [0] * (TOP + 1), [0] * (TOP + 1)
    for row in rows:
        tickets[row.confidence] += row.tickets
        right[row.confidence] += row.right
    direct = list(accumulate(reversed(tickets)))[::-1]
    good = list(accumulate(reversed(right)))[::-1]
    return tuple(Point(at, direct[0], direct[at], good[at]) for at in range(TOP + 1))


def lowest_for(points: Iterable[Point], accuracy: Fraction) -> Point | None:
    """The lowest threshold from which on every one that dispatches anything is at least so accurate; None where none is."""
    found = None
    for point in reversed(tuple(points)):
        if point.accuracy is None:
            continue
        if point.accuracy < accuracy:
            break
        found = point
    return found
