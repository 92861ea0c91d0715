"""How far a unit's rank may be owed to chance: the bootstrap interval of the rank. An aid beside the rank, never instead. Pure.

Every unit's answers are drawn anew, as many as it has, from what its own answers are like, and the group is ranked again; the
interval holds the middle of the ranks so found. Importing this module imports numpy.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessment.aids.settings import Settings
from assessment.metrics import NOTHING_BESIDE, PERCENT, Beside, Counts, score
from assessment.schemes.model import Indicator, Scheme

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# What one ticket adds to the counts, by field; the fields in alphabetical order.
Cell = tuple[str, ...]

NEEDED: Mapping[Indicator, tuple[str, ...]] = {
    Indicator.RESPONSE: ("contacted",),
    Indicator.RESOLUTION: ("yes", "partly"),
    Indicator.SATISFACTION: ("satisfied", "basically"),
    Indicator.FIRST_CONTACT: ("first_contacted",),
    Indicator.ON_TIME: ("on_time",),
    Indicator.ACTUAL_RESOLUTION: ("yes", "explained_not_yes"),
}
UNKNOWN = {
    Indicator.RESPONSE: "unknown_contacted",
    Indicator.RESOLUTION: "unknown_solved",
    Indicator.SATISFACTION: "unknown_satisfaction",
}
DIGITS = 9  # scores that differ by less are the same score


@dataclass(frozen=True)
class RankInterval:
    """The best and the worst rank that chance explains."""

    best: int
    worst: int


@dataclass(frozen=True)
class Sample:
    """One ranked unit: its counts, and how many of its tickets added which fields; ``valid`` stands in a cell like any other."""

    counts: Counts
    cells: Counter[Cell]
    beside: Beside = NOTHING_BESIDE


def fields_needed(scheme: Scheme) -> tuple[str, ...]:
    """The fields of ``Counts`` that the scheme's rates are made of, but for ``received``; in alphabetical order."""
    found = {"valid"}
    for weight in scheme.weights:
        found.update(NEEDED.get(weight.indicator, ()))
        found.update(_left_out(weight.indicator, scheme))
    unused = {
        name
        for name, credit in (("partly", scheme.credits.partly), ("basically", scheme.credits.basically))
        if not credit
    }
    return tuple(sorted(found - unused))


def _left_out(indicator: Indicator, scheme: Scheme) -> set[str]:
    """The missing answers that leave this rate's denominator; only the three rates have any."""
    return {UNKNOWN[indicator]} if indicator in scheme.leave_out and indicator in UNKNOWN else set()


def rank_intervals(
    samples: Mapping[str, Sample], scheme: Scheme, *, seed: str, settings: Settings
) -> dict[str, RankInterval]:
    """By unit code, for the units that are ranked (give no others). ``seed``: any text, such as a publication's digest.

    The same for the same seed on any machine with the same numpy, whatever the order of the units.
    """
    codes = sorted(samples)
    if not codes:
        return {}
    names = fields_needed(scheme)
    pooled: Counter[Cell] = Counter()
    for code in codes:
        pooled.update(samples[code].cells)
    strata = _strata(pooled)
    scores = np.empty((settings.resamples, len(codes)))
    for place, code in enumerate(codes):
        drawn = _drawn(samples[code], strata, pooled, names, _generator(seed, code), settings)
        scores[:, place] = _scores(drawn, samples[code], scheme)
    ranks = _ranks(scores, [samples[code].counts for code in codes], scheme)
    tail = (1 - settings.confidence) / 2
    best = np.quantile(ranks, tail, axis=0, method="inverted_cdf")
    worst = np.quantile(ranks, 1 - tail, axis=0, method="inverted_cdf")
    return {code: RankInterval(int(best[place]), int(worst[place])) for place, code in enumerate(codes)}


def _generator(seed: str, code: str) -> np.random.Generator:
    """Each unit's own, so that neither the others nor their order change what it draws."""
    digest = hashlib.sha256(f"{seed}\n{code}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def _strata(pooled: Counter[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Cells of valid tickets and of the others, the frequent first: drawing ends sooner."""
    ordered = sorted(pooled, key=lambda cell: (-pooled[cell], cell))
    return [cell for cell in ordered if "valid" in cell], [cell for cell in ordered if "valid" not in cell]


def _drawn(
    sample: Sample,
    strata: Sequence[list[Cell]],
    pooled: Counter[Cell],
    names: tuple[str, ...],
    generator: np.random.Generator,
    settings: Settings,
) -> dict[str, Ints]:
    """By field, its count in each resample. Valid answers are drawn among valid ones, as many as there are; the others likewise."""
    totals = np.zeros((settings.resamples, len(names)), dtype=np.int64)
    for cells in strata:
        own = np.array([sample.cells[cell] for cell in cells], dtype=np.float64)
        of_all = np.array([pooled[cell] for cell in cells], dtype=np.float64)
        number = int(own.sum())
        if not number:
            continue
        weights = own + settings.borrowed_answers * of_all / of_all.sum()
        adds = np.array([[name in cell for name in names] for cell in cells], dtype=np.int64)
        totals += generator.multinomial(number, weights / weights.sum(), size=settings.resamples) @ adds
    return {name: totals[:, place] for place, name in enumerate(names)}


def _scores(drawn: Mapping[str, Ints], sample: Sample, scheme: Scheme) -> Floats:
    """Scores of one unit in every resample. What is no answer of a citizen is what it is: points, given values, and rates of how
    the unit worked beyond ``NEEDED``. Rounded, since a tie must be one on every machine."""
    official = score(sample.counts, scheme, sample.beside)
    still = [term for term in official.rates if term.weight.indicator not in NEEDED]
    amounts = [term.amount for term in still] + [term.amount for term in official.given]
    fixed = sum(amounts + [term.amount for term in official.points], Fraction(0))
    scores: Floats = np.full(len(drawn["valid"]), float(fixed))
    for term in official.rates:
        if term in still:
            continue
        weight = term.weight
        above, below = _rate(weight.indicator, drawn, sample.counts, scheme)
        share = np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
        full, none = float(weight.full), float(weight.none)
        earned = np.where(np.isnan(share), float(weight.on_zero), np.clip((share - none) / (full - none), 0, 1))
        scores = scores + float(weight.share * PERCENT) * earned
    return np.round(scores, DIGITS)


def _rate(indicator: Indicator, drawn: Mapping[str, Ints], counts: Counts, scheme: Scheme) -> tuple[Floats, Floats]:
    """Numerators and denominators as in ``metrics``, for all resamples at once."""
    field: Any = {name: drawn.get(name, np.int64(0)) for names in NEEDED.values() for name in names}
    valid = drawn["valid"] - sum(drawn[name] for name in _left_out(indicator, scheme))
    received = np.full(len(valid), counts.received)
    above, below = {
        Indicator.RESPONSE: (field["contacted"], valid),
        Indicator.RESOLUTION: (field["yes"] + float(scheme.credits.partly) * field["partly"], valid),
        Indicator.SATISFACTION: (field["satisfied"] + float(scheme.credits.basically) * field["basically"], valid),
        Indicator.FIRST_CONTACT: (field["first_contacted"], received),
        Indicator.ON_TIME: (field["on_time"], received),
        Indicator.ACTUAL_RESOLUTION: (field["yes"], field["yes"] + field["explained_not_yes"]),
    }[indicator]
    return np.asarray(above + np.zeros(len(valid)), dtype=np.float64), np.asarray(below, dtype=np.float64)


def _ranks(scores: Floats, counts: Sequence[Counts], scheme: Scheme) -> Ints:
    """Ranks 1, 2, 2, 4 in each resample: equal in score and ties share one (rules.md §7)."""
    ties = [np.array([-getattr(of, tie.value) for of in counts]) for tie in scheme.ties]
    keys = [np.broadcast_to(tie, scores.shape) for tie in reversed(ties)]
    order = np.lexsort([*keys, -scores], axis=-1)
    is_next = np.zeros(scores.shape, dtype=bool)
    is_next[:, 0] = True
    for key in (scores, *keys):
        sorted_key = np.take_along_axis(key, order, axis=-1)
        is_next[:, 1:] |= sorted_key[:, 1:] != sorted_key[:, :-1]
    places = np.arange(1, scores.shape[1] + 1)
    first = np.maximum.accumulate(np.where(is_next, places, 0), axis=-1)
    ranks = np.empty_like(first)
    np.put_along_axis(ranks, order, first, axis=-1)
    return ranks
