"""Rank intervals and funnel limits: what chance explains, the same for the same seed, and never narrower than the sample allows."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import schemes
from assessment.aids.funnel import bands, outside
from assessment.aids.intervals import RankInterval, Sample, fields_needed, rank_intervals
from assessment.aids.settings import settings
from assessment.metrics import Counts, Rate, score, wilson
from assessment.rankings import UnitRow, rank

BEIJING = schemes.builtin("beijing")
FEW = replace(settings(), resamples=300)
WRITTEN_DOWN = [(1, 10), (2, 10), (2, 7), (1, 2), (3, 7), (2, 10), (7, 10), (2, 7), (5, 10), (4, 10)]


def drawn(rng: random.Random, valid: int, share: float, scheme=BEIJING, silent: int = 0) -> Sample:
    """Answers of a unit that solves and satisfies with this chance; ``silent`` tickets could not be followed up."""
    names, cells, total = set(fields_needed(scheme)), Counter(), Counter()
    for number in range(valid + silent):
        adds = {"valid"} if number < valid else set()
        if adds:
            adds |= {"contacted"} if rng.random() < 0.97 else set()
            adds |= {"yes"} if rng.random() < share else {rng.choice(("partly", "explained_not_yes"))}
            adds |= {"satisfied"} if rng.random() < share else {"basically"}
        adds |= {name for name in ("first_contacted", "on_time") if rng.random() < share}
        total.update(adds)
        cells[tuple(sorted(adds & names))] += 1
    return Sample(Counts(received=valid + silent, **total), cells)


def official(samples: dict[str, Sample], scheme=BEIJING) -> dict[str, int | None]:
    units = [UnitRow(code, code) for code in samples]
    rows = rank(units, {code: sample.counts for code, sample in samples.items()}, scheme, "township")
    return {row.unit.code: row.rank for row in rows}


def group(seed: int, sizes: list[int], scheme=BEIJING) -> dict[str, Sample]:
    rng = random.Random(seed)
    return {f"T{place:03d}": drawn(rng, size, rng.random(), scheme, 3) for place, size in enumerate(sizes)}


@pytest.mark.parametrize("name", schemes.builtin_names())
def test_hold_the_official_rank_within_the_interval_when_samples_are_fair(name: str) -> None:
    scheme = schemes.builtin(name)
    samples = group(1, [60] * 12, scheme)
    found = rank_intervals(samples, scheme, seed="digest", settings=FEW)
    ranks = official(samples, replace(scheme, classes=None))
    assert [code for code, one in found.items() if not one.best - 1 <= ranks[code] <= one.worst + 1] == []
    assert all(1 <= one.best <= one.worst <= 12 for one in found.values())


def test_give_the_same_intervals_when_units_come_in_another_order_or_again() -> None:
    samples = group(2, [1, 5, 40, 40, 200, 7, 90, 60, 33, 12])
    turned = dict(reversed(samples.items()))
    first = rank_intervals(samples, BEIJING, seed="digest", settings=FEW)
    assert rank_intervals(turned, BEIJING, seed="digest", settings=FEW) == first
    assert rank_intervals(samples, BEIJING, seed="digest", settings=FEW) == first
    assert rank_intervals(samples, BEIJING, seed="another", settings=FEW) != first
    # Written down: the intervals of a publication must be the same on any machine, this year and next.
    assert [(one.best, one.worst) for one in first.values()] == WRITTEN_DOWN


def test_leave_a_unit_of_one_answer_wide_open_when_the_others_have_many() -> None:
    samples = group(3, [150] * 9)
    lucky = Counts(received=1, valid=1, contacted=1, yes=1, satisfied=1)
    samples["LUCKY"] = Sample(lucky, Counter([("contacted", "satisfied", "valid", "yes")]))
    found = rank_intervals(samples, BEIJING, seed="digest", settings=FEW)
    assert official(samples)["LUCKY"] == 1
    assert (found["LUCKY"].best, found["LUCKY"].worst >= 8) == (1, True)


def test_answer_nothing_or_one_when_the_group_is_empty_or_alone() -> None:
    assert rank_intervals({}, BEIJING, seed="", settings=FEW) == {}
    alone = group(4, [3])
    assert rank_intervals(alone, BEIJING, seed="", settings=FEW) == {"T000": RankInterval(1, 1)}


def test_share_ranks_when_units_are_all_alike() -> None:
    alike = Counts(received=9, valid=9, contacted=9, yes=9, satisfied=9)
    cell = Counter({("contacted", "satisfied", "valid", "yes"): 9})
    samples = {code: Sample(alike, cell) for code in "ABC"} | {
        "D": Sample(
            replace(alike, received=8, valid=8, contacted=8, yes=8, satisfied=8),
            Counter({("contacted", "satisfied", "valid", "yes"): 8}),
        )
    }
    found = rank_intervals(samples, BEIJING, seed="x", settings=FEW)
    assert found == {code: RankInterval(1, 1) for code in "ABC"} | {"D": RankInterval(4, 4)}, "ties go by received"


def test_cover_the_true_rank_as_often_as_promised_when_simulated() -> None:
    rng, hits, trials = random.Random(5), 0, 0
    shares = {f"T{place}": 0.5 + place * 0.045 for place in range(10)}
    truth = {code: 10 - place for place, code in enumerate(shares)}
    for number in range(12):
        samples = {code: drawn(rng, 80, share) for code, share in shares.items()}
        found = rank_intervals(samples, BEIJING, seed=str(number), settings=FEW)
        hits += sum(one.best <= truth[code] <= one.worst for code, one in found.items())
        trials += len(found)
    assert hits / trials >= 0.92


def test_reckon_scores_as_the_ranking_does_when_nothing_is_left_to_chance() -> None:
    """Units whose answers are all of one kind, with nothing borrowed, come out as the exact scores say."""
    sure = replace(FEW, borrowed_answers=0, resamples=5)
    for name in schemes.builtin_names():
        for leave_out in ({}, {one.indicator for one in schemes.builtin(name).weights}):
            scheme = replace(schemes.builtin(name), leave_out=frozenset(leave_out), minimum=1)
            names = set(fields_needed(scheme))
            kinds = [
                {"contacted", "yes", "satisfied"},
                {"contacted", "yes", "basically", "on_time"},
                {"contacted", "partly", "satisfied", "first_contacted"},
                {"yes", "satisfied", "unknown_contacted"},
                {"contacted", "explained_not_yes", "unknown_satisfaction"},
                {"first_contacted", "on_time", "unknown_solved"},
            ]
            samples = {}
            for place, adds in enumerate(kinds):
                counts = Counts(received=4, valid=4, **dict.fromkeys(adds, 4), red_cards=place % 2)
                samples[f"K{place}"] = Sample(counts, Counter({tuple(sorted((adds | {"valid"}) & names)): 4}))
            found = rank_intervals(samples, scheme, seed="", settings=sure)
            assert {code: one.best for code, one in found.items()} == official(samples, scheme), (name, leave_out)
            assert all(one.best == one.worst for one in found.values())
            assert all(score(sample.counts, scheme).value is not None for sample in samples.values())


def test_be_quick_when_the_group_has_343_units() -> None:
    """Two seconds at B = 2,000 (issue: intervals ≤ 2 s); the processor's time, so that a busy machine does not fail it."""
    rng = random.Random(6)
    samples = {f"T{place:03d}": drawn(rng, rng.choice((1, 20, 80)), rng.random()) for place in range(343)}
    few = replace(settings(), resamples=500)
    began = time.process_time()
    rank_intervals(samples, BEIJING, seed="digest", settings=few)
    assert (time.process_time() - began) * settings().resamples / few.resamples <= 4


@given(
    st.integers(1, 500), st.integers(0, 500), st.integers(1, 5000), st.integers(0, 5000), st.sampled_from((0.95, 0.998))
)
def test_lie_outside_the_funnel_exactly_when_the_pooled_rate_is_outside_wilsons_interval(
    n: int, yes: int, all_n: int, all_yes: int, level: float
) -> None:
    of, pooled = Rate(Fraction(min(yes, n)), n), Rate(Fraction(min(all_yes, all_n)), all_n)
    low, high = wilson(of, level)
    centre = float(pooled.value)
    if min(abs(centre - low), abs(centre - high)) < 1e-9:
        return  # on the very line
    assert (outside(of, pooled, (level,)) is not None) == (not low <= centre <= high)


def test_narrow_the_funnel_with_the_root_of_the_sample_when_answers_grow() -> None:
    inner, outer = bands(0.8, 100, (0.95, 0.998))
    assert (inner.high - inner.low) == pytest.approx(2 * NormalDist().inv_cdf(0.975) * 0.04)
    assert outer.low < inner.low < 0.8 < inner.high < outer.high
    assert bands(0.8, 400, (0.95,))[0].high - 0.8 == pytest.approx((inner.high - 0.8) / 2)
    assert [(band.low, band.high) for band in bands(0.8, 0, (0.95,))] == [(0.0, 1.0)]
    assert all(0 <= edge <= 1 for n in (1, 2, 3) for band in bands(0.97, n, (0.998,)) for edge in (band.low, band.high))
    nothing = Rate(Fraction(0), 0)
    assert outside(nothing, Rate(Fraction(8), 10), (0.95,)) is None
