"""Rates, scores and rounding, against published bulletins and by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.metrics import Counts, Rate, half_up, pool, rate, score, wilson
from assessment.schemes import builtin_names, load
from assessment.schemes.model import Indicator

XINING = Counts(received=700, valid=670, contacted=670, yes=663, satisfied=614, basically=34)


@st.composite
def counts(draw: st.DrawFn, most: int = 60) -> Counts:
    """Any counts that real tickets can give, small numbers so that ties happen."""

    def up_to(limit: int) -> int:
        return draw(st.integers(0, limit))

    received = up_to(most)
    valid = up_to(received)
    yes, satisfied, contacted = up_to(valid), up_to(valid), up_to(valid)
    partly, basically = up_to(valid - yes), up_to(valid - satisfied)
    return Counts(
        received=received,
        valid=valid,
        contacted=contacted,
        yes=yes,
        partly=partly,
        satisfied=satisfied,
        basically=basically,
        excluded=up_to(5),
        pending=up_to(received - valid),
        first_contacted=up_to(received),
        on_time=up_to(received),
        explained_not_yes=up_to(valid - yes),
        unknown_contacted=up_to(valid - contacted),
        unknown_solved=up_to(valid - yes - partly),
        unknown_satisfaction=up_to(valid - satisfied - basically),
        red_cards=up_to(15),
        lost_disputes=up_to(min(15, received)),
        proactive_topics=up_to(15),
    )


def test_rate_gives_the_published_percent_when_counts_are_xinings() -> None:
    scheme = load("xining")
    percents = [rate(indicator, XINING, scheme).percent(2) for indicator in list(Indicator)[:3]]
    assert percents == ["100.00", "98.96", "94.69"]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(1, 200) - Fraction(1, 10**15), 2, "0.00"),
        (Fraction(1005, 1000), 2, "1.01"),  # a float would say 1.00
        (Fraction(8545, 100000) * 100, 2, "8.55"),  # half to even would say 8.54
        (Fraction(99995, 1000), 2, "100.00"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(-7, 2), 2, "-3.50"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(0), 2, "0.00"),
    ],
)
def test_half_up_rounds_away_from_zero_when_at_a_half(value: Fraction, decimals: int, text: str) -> None:
    assert half_up(value, decimals) == text


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_half_up_agrees_with_decimal_when_value_is_a_decimal(thousandths: int, decimals: int) -> None:
    value = Decimal(thousandths) / 10**5
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert half_up(Fraction(thousandths, 10**5), decimals) == f"{abs(expected) if expected == 0 else expected}"


def test_score_is_exact_when_weights_are_decimals() -> None:
    # 0.10 × 2/3 + 0.50 × 1/3 + 0.40 × (1 + 0.9)/3, as no float can hold it
    found = score(Counts(received=3, valid=3, contacted=2, yes=1, partly=1, satisfied=1, basically=1), load("beijing"))
    assert found.value == Fraction(1460, 30)
    assert [str(term.rate.numerator) for term in found.rates] == ["2", "1", "19/10"]


def test_score_follows_shanghai_when_explained_counts() -> None:
    found = Counts(
        received=20,
        valid=10,
        yes=3,
        partly=2,
        explained_not_yes=1,
        satisfied=5,
        basically=5,
        first_contacted=15,
        on_time=10,
    )
    # 0.3 × 15/20 + 0.2 × 10/20 + 0.1 × 3/4 + 0.4 × (5 + 0.8 × 5)/10
    assert score(found, load("shanghai")).value == Fraction("22.5") + 10 + Fraction("7.5") + 36


def test_actual_resolution_is_zero_when_nothing_is_solved_or_explained() -> None:
    found = rate(Indicator.ACTUAL_RESOLUTION, Counts(received=2, valid=2), load("shanghai"))
    assert (found.value, found.denominator) == (0, 0)


@pytest.mark.parametrize(
    ("red", "lost", "proactive", "change"),
    [(1, 0, 0, "-0.5"), (10, 0, 0, "-5"), (11, 0, 0, "-5"), (0, 9, 0, "-5"), (0, 0, 99, "5"), (11, 6, 1, "-9.5")],
)
def test_score_takes_points_up_to_each_cap_when_deductions(red: int, lost: int, proactive: int, change: str) -> None:
    scheme = load("deductions")
    with_points = replace(XINING, red_cards=red, lost_disputes=lost, proactive_topics=proactive)
    assert score(with_points, scheme).value - score(XINING, scheme).value == Fraction(change)
    assert score(with_points, load("beijing")) == score(XINING, load("beijing"))


def test_score_falls_below_zero_when_deductions_exceed_it() -> None:
    worst = Counts(received=1, valid=1, red_cards=10, lost_disputes=5)
    assert score(worst, load("deductions")).value == -10


def test_missing_answer_earns_nothing_when_kept_and_is_no_one_when_left_out() -> None:
    asked = Counts(received=4, valid=4, satisfied=2, unknown_satisfaction=2, contacted=1, unknown_contacted=3)
    kept = load("beijing")
    left_out = replace(kept, leave_out=frozenset({Indicator.SATISFACTION}))
    assert rate(Indicator.SATISFACTION, asked, kept).value == Fraction(1, 2)
    assert rate(Indicator.SATISFACTION, asked, left_out).value == 1
    assert rate(Indicator.RESPONSE, asked, left_out).value == Fraction(1, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"received": -1},
        {"received": 1, "valid": 2},
        {"received": 2, "valid": 1, "pending": 2},
        {"received": 2, "valid": 1, "contacted": 2},
        {"received": 2, "valid": 2, "yes": 1, "partly": 1, "unknown_solved": 1},
        {"received": 2, "valid": 2, "yes": 1, "explained_not_yes": 2},
        {"received": 2, "valid": 2, "satisfied": 2, "basically": 1},
        {"received": 2, "on_time": 3},
    ],
)
def test_counts_refuse_when_a_part_exceeds_its_whole(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"count is negative|part is larger"):
        Counts(**wrong)


@given(st.lists(counts(), max_size=6), st.sampled_from(builtin_names()))
def test_pooled_rate_is_sum_over_sum_when_units_are_pooled(many: list[Counts], name: str) -> None:
    scheme = load(name)
    for indicator in Indicator:
        parts = [rate(indicator, one, scheme) for one in many]
        pooled = rate(indicator, pool(many), scheme)
        assert pooled.numerator == sum(part.numerator for part in parts)
        assert pooled.denominator == sum(part.denominator for part in parts)
        assert pooled.excluded == sum(part.excluded for part in parts)


@given(counts(), st.sampled_from(builtin_names()))
def test_rate_stays_between_zero_and_one_when_counts_are_any(one: Counts, name: str) -> None:
    scheme = replace(load(name), leave_out=frozenset(list(Indicator)[:3]))
    assert all(0 <= rate(indicator, one, scheme).value <= 1 for indicator in Indicator)


def test_wilson_gives_the_textbook_interval_when_8_of_10() -> None:
    low, high = wilson(Rate(Fraction(8), 10))
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(Rate(Fraction(0), 0)) == (0.0, 1.0)


@given(counts(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_holds_the_rate_when_counts_are_any(one: Counts, confidence: float) -> None:
    found = rate(Indicator.SATISFACTION, one, load("beijing"))
    low, high = wilson(found, confidence)
    assert 0 <= low <= float(found.value) + 1e-12
    assert float(found.value) - 1e-12 <= high <= 1
