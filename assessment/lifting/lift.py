"""A score taken apart into what it lost, exact to the last step, and what the open tickets may still bring. Pure.

Score + everything lost − bonuses = 100 (the weights sum to 1), so nothing is lost twice and nothing is forgotten.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from assessment.metrics import NOTHING_BESIDE, PERCENT, Beside, Counts, WeightedRate, score
from assessment.rankings import Row
from assessment.schemes.bands import shows_bands
from assessment.schemes.model import Indicator, Point, Scheme


class LossKind(StrEnum):
    """Why points are missing; the names of deductions are those of the scheme's points."""

    NOT_CONTACTED = "not_contacted"
    CONTACT_UNANSWERED = "contact_unanswered"
    UNSOLVED = "unsolved"
    PARTLY = "partly"
    SOLVED_UNANSWERED = "solved_unanswered"
    DISSATISFIED = "dissatisfied"
    BASICALLY = "basically"
    SATISFACTION_UNANSWERED = "satisfaction_unanswered"
    NO_FIRST_CONTACT = "no_first_contact"
    LATE = "late"
    EXPLAINED = "explained"
    NOTHING_TO_COUNT = "nothing_to_count"
    RED_CARDS = "red_cards"
    LOST_DISPUTES = "lost_disputes"
    PROACTIVE_TOPICS = "proactive_topics"
    REDONE = "redone"
    CAME_BACK = "came_back"
    BELOW_FULL = "below_full"


K = LossKind


@dataclass(frozen=True)
class Loss:
    """``items`` tickets (or cards, disputes) that cost ``points`` of the score together.

    ``of`` with ``below_full``: the indicator, or the key of the given value, that is not split into tickets.
    """

    kind: LossKind
    items: int
    points: Fraction
    of: str = ""

    @property
    def each(self) -> Fraction:
        """Points per item; capped deductions cost less each the more there are."""
        return self.points / self.items if self.items else self.points

    def needed(self, points: Fraction) -> int | None:
        """How many of them would have had to go well to gain so many points; None: all of them do not suffice."""
        if self.points < points or not self.items:
            return None
        return math.ceil(points / self.each)


@dataclass(frozen=True)
class Chance:
    """A ticket that is received and could still become valid; whether a first contact and being done in time can still come."""

    ticket_id: int
    can_contact_first: bool = False
    can_be_on_time: bool = False


@dataclass(frozen=True)
class Lift:
    """``score`` now (None: not ranked yet), ``best`` and ``worst`` with every open ticket answered (None too where the scheme
    weighs more than the tickets' ends); ``next_rank`` and how many points it is away, None at the top, unranked, or where the
    scheme shows bands."""

    score: Fraction | None
    losses: tuple[Loss, ...]
    best: Fraction | None
    worst: Fraction | None
    next_rank: int | None
    distance: Fraction | None

    @property
    def lost(self) -> Fraction:
        """Everything that is missing."""
        return sum((loss.points for loss in self.losses), Fraction(0))


_Lost = Callable[[Counts, Scheme], Iterable[tuple[LossKind, int, Fraction]]]
_ONE = Fraction(1)


def _unknown(
    indicator: Indicator, kind: LossKind, unknown: int, scheme: Scheme
) -> list[tuple[LossKind, int, Fraction]]:
    return [] if indicator in scheme.leave_out else [(kind, unknown, _ONE)]


def _response(counts: Counts, scheme: Scheme) -> list[tuple[LossKind, int, Fraction]]:
    lost = counts.valid - counts.contacted - counts.unknown_contacted
    unknown = _unknown(Indicator.RESPONSE, K.CONTACT_UNANSWERED, counts.unknown_contacted, scheme)
    return [(K.NOT_CONTACTED, lost, _ONE), *unknown]


def _resolution(counts: Counts, scheme: Scheme) -> list[tuple[LossKind, int, Fraction]]:
    lost = counts.valid - counts.yes - counts.partly - counts.unknown_solved
    unknown = _unknown(Indicator.RESOLUTION, K.SOLVED_UNANSWERED, counts.unknown_solved, scheme)
    return [(K.UNSOLVED, lost, _ONE), (K.PARTLY, counts.partly, 1 - scheme.credits.partly), *unknown]


def _satisfaction(counts: Counts, scheme: Scheme) -> list[tuple[LossKind, int, Fraction]]:
    lost = counts.valid - counts.satisfied - counts.basically - counts.unknown_satisfaction
    unknown = _unknown(Indicator.SATISFACTION, K.SATISFACTION_UNANSWERED, counts.unknown_satisfaction, scheme)
    return [(K.DISSATISFIED, lost, _ONE), (K.BASICALLY, counts.basically, 1 - scheme.credits.basically), *unknown]


# By indicator: how many items lost which part of one item's worth; together exactly denominator − numerator.
LOST: dict[Indicator, _Lost] = {
    Indicator.RESPONSE: _response,
    Indicator.RESOLUTION: _resolution,
    Indicator.SATISFACTION: _satisfaction,
    Indicator.FIRST_CONTACT: lambda counts, _: [(K.NO_FIRST_CONTACT, counts.received - counts.first_contacted, _ONE)],
    Indicator.ON_TIME: lambda counts, _: [(K.LATE, counts.received - counts.on_time, _ONE)],
    Indicator.ACTUAL_RESOLUTION: lambda counts, _: [(K.EXPLAINED, counts.explained_not_yes, _ONE)],
}


def losses(counts: Counts, scheme: Scheme, beside: Beside = NOTHING_BESIDE) -> tuple[Loss, ...]:
    """Everything that the score lacks, the dearest first."""
    found: list[Loss] = []
    of = score(counts, scheme, beside)
    for term in of.rates:
        found += _of_rate(term, counts, scheme)
    for value in of.given:
        found.append(Loss(K.BELOW_FULL, 0, value.rule.share * PERCENT - value.amount, value.rule.key))
    for points in of.points:
        if points.amount < 0:
            found.append(Loss(LossKind(points.rule.of.value), points.count, -points.amount))
    return tuple(sorted((loss for loss in found if loss.points), key=lambda loss: (-loss.points, loss.kind, loss.of)))


def _of_rate(term: WeightedRate, counts: Counts, scheme: Scheme) -> list[Loss]:
    """By kinds where each ticket weighs the same: a scale of its own, or an indicator that is not one of tickets, stays whole."""
    weight, worth = term.weight, term.weight.share * PERCENT
    is_plain = weight.full == 1 and not weight.none
    if weight.indicator not in LOST or not is_plain:
        return [Loss(K.BELOW_FULL, 0, worth - term.amount, weight.indicator.value)]
    if not term.rate.denominator:
        return [Loss(K.NOTHING_TO_COUNT, 0, worth - term.amount)]
    return [
        Loss(kind, items, worth * part * items / term.rate.denominator)
        for kind, items, part in LOST[weight.indicator](counts, scheme)
    ]


def lift(own: Row, rows: Sequence[Row], scheme: Scheme, chances: Sequence[Chance] = ()) -> Lift:
    """The unit ``own`` among all ``rows`` of its table, with its open tickets."""
    ahead = None if shows_bands(scheme) else _ahead(own, rows)
    return Lift(
        score=own.score,
        losses=losses(own.counts, scheme, own.beside) if own.counts.valid else (),
        best=_bound(at_best(own.counts, chances), scheme, own.beside),
        worst=_bound(at_worst(own.counts, chances), scheme, own.beside),
        next_rank=ahead.rank if ahead else None,
        distance=None if ahead is None or own.score is None or ahead.score is None else ahead.score - own.score,
    )


def at_worst(counts: Counts, chances: Sequence[Chance]) -> Counts:
    """Everybody is reached, and nothing went well."""
    return replace(counts, valid=counts.valid + len(chances), pending=max(0, counts.pending - len(chances)))


def at_best(counts: Counts, chances: Sequence[Chance]) -> Counts:
    """Everybody is reached, contacted, helped and satisfied; what can still be in time is."""
    more = len(chances)
    return replace(
        at_worst(counts, chances),
        contacted=counts.contacted + more,
        yes=counts.yes + more,
        satisfied=counts.satisfied + more,
        first_contacted=counts.first_contacted + sum(chance.can_contact_first for chance in chances),
        on_time=counts.on_time + sum(chance.can_be_on_time for chance in chances),
    )


def _ahead(own: Row, rows: Sequence[Row]) -> Row | None:
    """The row of the next better rank."""
    if own.rank is None:
        return None
    better = [row for row in rows if row.rank is not None and row.rank < own.rank]
    return max(better, key=lambda row: row.rank or 0, default=None)


def _bound(counts: Counts, scheme: Scheme, beside: Beside) -> Fraction | None:
    """The score of ``counts``; None where what is open may move more than ``at_best`` knows of."""
    is_known = scheme.indicators <= LOST.keys()
    return score(counts, scheme, beside).value if is_known and counts.valid >= max(1, scheme.minimum) else None


def is_point(kind: LossKind) -> bool:
    """Whether it is a deduction and not a missing part of a rate."""
    return kind.value in {point.value for point in Point}
