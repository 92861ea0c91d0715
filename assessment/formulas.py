"""The formula of each indicator: a numerator and a denominator out of a unit's counts (rules.md §7 and §8). Pure."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from assessment.counted import NOTHING_BESIDE, Beside, Counts, Rate
from assessment.schemes.model import Indicator, Scheme

TEN_THOUSAND = 10_000
Fractional = tuple[Fraction, int]
_Formula = Callable[[Counts, Scheme, Beside], Fractional]


def rate(indicator: Indicator, counts: Counts, scheme: Scheme, beside: Beside = NOTHING_BESIDE) -> Rate:
    """One indicator of one unit under a scheme's credits and its treatment of missing answers."""
    numerator, denominator = _FORMULAS[indicator](counts, scheme, beside)
    return Rate(numerator, denominator, counts.excluded)


def _of(part: str, whole: str) -> _Formula:
    return lambda counts, *_: (Fraction(getattr(counts, part)), getattr(counts, whole))


def _valid_for(indicator: Indicator, counts: Counts, unknown: int, scheme: Scheme) -> int:
    return counts.valid - unknown if indicator in scheme.leave_out else counts.valid


def _response(counts: Counts, scheme: Scheme, _: Beside) -> Fractional:
    whole = _valid_for(Indicator.RESPONSE, counts, counts.unknown_contacted, scheme)
    return Fraction(counts.contacted), whole


def _resolution(counts: Counts, scheme: Scheme, _: Beside) -> Fractional:
    whole = _valid_for(Indicator.RESOLUTION, counts, counts.unknown_solved, scheme)
    return counts.yes + scheme.credits.partly * counts.partly, whole


def _satisfaction(counts: Counts, scheme: Scheme, _: Beside) -> Fractional:
    whole = _valid_for(Indicator.SATISFACTION, counts, counts.unknown_satisfaction, scheme)
    return counts.satisfied + scheme.credits.basically * counts.basically, whole


def _dissatisfied(counts: Counts, *_: object) -> Fractional:
    """Said so; who did not answer is not dissatisfied."""
    return Fraction(counts.valid - counts.satisfied - counts.basically - counts.unknown_satisfaction), counts.valid


def _lost_disputes(counts: Counts, *_: object) -> Fractional:
    """Several may be lost over one ticket (a district's row pools its units): more than all tickets is still all."""
    return Fraction(min(counts.lost_disputes, counts.received)), counts.received


_FORMULAS: dict[Indicator, _Formula] = {
    Indicator.RESPONSE: _response,
    Indicator.RESOLUTION: _resolution,
    Indicator.SATISFACTION: _satisfaction,
    Indicator.FIRST_CONTACT: _of("first_contacted", "received"),
    Indicator.ON_TIME: _of("on_time", "received"),
    Indicator.ACTUAL_RESOLUTION: lambda counts, *_: (Fraction(counts.yes), counts.yes + counts.explained_not_yes),
    Indicator.RESOLUTION_EXPLAINED: lambda counts, *_: (Fraction(counts.yes + counts.explained_not_yes), counts.valid),
    Indicator.DISSATISFIED: _dissatisfied,
    Indicator.VALID_FOLLOW_UP: _of("valid", "received"),
    Indicator.CLOSED: _of("completed", "received"),
    Indicator.REDO: _of("redone", "valid"),
    Indicator.REPEATS: _of("came_back", "received"),
    Indicator.LOST_DISPUTES: _lost_disputes,
    Indicator.ACKNOWLEDGED_IN_TIME: _of("acknowledged_in_time", "acknowledge_due"),
    Indicator.FIRST_CONTACT_IN_TIME: _of("contacted_in_time", "contact_due"),
    Indicator.FIRST_DISPATCH: _of("first_dispatched", "received"),
    Indicator.SHARE_OF_INTAKE: lambda counts, _, beside: (Fraction(counts.received), beside.group_received),
    Indicator.PER_TEN_THOUSAND: lambda counts, _, beside: (
        Fraction(counts.received * TEN_THOUSAND),
        beside.population or 0,
    ),
    Indicator.PEER_MARKS: lambda _counts, _scheme, beside: (Fraction(beside.marks), beside.marks_most),
}
