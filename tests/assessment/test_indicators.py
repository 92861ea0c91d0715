"""What a scheme may weigh beyond the three rates: scales, reverse indicators, given values, and the errors that name a key."""

from __future__ import annotations

from fractions import Fraction

import pytest

from assessment.console.terms import terms_of
from assessment.metrics import Beside, Counts, pooled_score, score
from assessment.rankings import UnitRow, rank
from assessment.schemes import loads
from assessment.schemes.model import Group, Scheme
from dispatch.kernel.errors import DomainError

HEAD = """
name = "own"
version = 1
title = "自定"
kinds = ["help"]
placed_by = "due_at"
peer_groups = ["township"]
minimum = 1
ties = []
settle_days = 10
[period]
first_day = 1
[credits]
basically = 0.9
partly = 0
[decimals]
default = 1
"""
COUNTS = Counts(
    received=20,
    valid=10,
    yes=4,
    explained_not_yes=3,
    satisfied=5,
    basically=2,
    unknown_satisfaction=1,
    completed=15,
    redone=2,
    came_back=5,
    lost_disputes=4,
    acknowledge_due=8,
    acknowledged_in_time=6,
    contact_due=5,
    contacted_in_time=4,
    first_dispatched=18,
)
BESIDE = Beside(group_received=80, population=10_000, marks=12, marks_most=15)


def scheme_of(weights: str, more: str = "") -> Scheme:
    return loads(f"{HEAD}[weights]\n{weights}\n{more}")


@pytest.mark.parametrize(
    ("indicator", "more", "points"),
    [
        ("resolution_explained", "", "70"),
        ("dissatisfied", "", "80"),  # 2 of 10 said so; who did not answer is not dissatisfied
        ("valid_follow_up", "", "50"),
        ("closed", "", "75"),
        ("redo", "", "80"),
        ("repeats", "", "75"),
        ("lost_disputes", "", "80"),
        ("first_dispatch", "", "90"),
        ("share_of_intake", "", "75"),
        ("acknowledged_in_time", "[on_zero]\nacknowledged_in_time = 1", "75"),
        ("first_contact_in_time", "[on_zero]\nfirst_contact_in_time = 0", "80"),
        ("peer_marks", "[on_zero]\npeer_marks = 0.5", "80"),
        ("per_ten_thousand", "[on_zero]\nper_ten_thousand = 0\n[scales.per_ten_thousand]\nfull = 10\nnone = 50", "75"),
        ("redo", "[scales.redo]\nfull = 0\nnone = 0.4", "50"),
        ("redo", "[scales.redo]\nfull = 0\nnone = 0.1", "0"),
        ("closed", "[scales.closed]\nfull = 0.7\nnone = 0.5", "100"),
    ],
)
def test_score_takes_what_the_scheme_weighs(indicator: str, more: str, points: str) -> None:
    assert score(COUNTS, scheme_of(f"{indicator} = 1", more), BESIDE).value == Fraction(points)


def test_zero_denominator_earns_what_the_scheme_says() -> None:
    scheme = scheme_of(
        "peer_marks = 0.6\nacknowledged_in_time = 0.4", "[on_zero]\npeer_marks = 0.5\nacknowledged_in_time = 1"
    )
    assert score(Counts(received=1, valid=1), scheme).value == 30 + 40


def test_given_value_earns_by_its_scale_and_is_shown_with_its_terms() -> None:
    given = '[[given]]\nkey = "knowledge_updates"\nshare = 0.25\nfull = 10\nnone = 2\non_missing = 0.1'
    scheme = scheme_of("closed = 0.75", given + '\n[[deductions]]\nof = "redone"\neach = 0.5\ncap = 0.75')
    entered = Beside(given={"knowledge_updates": Fraction(4)})
    found = score(COUNTS, scheme, entered)
    assert found.value == Fraction("56.25") + Fraction("6.25") - Fraction("0.75")
    assert score(COUNTS, scheme).value == Fraction("56.25") + Fraction("2.5") - Fraction("0.75")
    shown = [(term.name, term.value, term.fraction, term.share, term.amount) for term in terms_of(found, scheme)]
    assert shown == [
        ("closed", "75.0%", "15 ÷ 20", "75%", "56.3"),
        ("knowledge_updates", "4", "", "25%", "6.3"),
        ("redone", "2", "−0.5 × 2", "", "-0.8"),
        ("score", "", "", "", "61.8"),
    ]
    assert pooled_score(COUNTS, scheme) is None
    assert pooled_score(COUNTS, scheme_of("closed = 1")) == 75


def test_rank_reckons_intake_among_the_listed_units_and_residents_of_each() -> None:
    scheme = scheme_of(
        "share_of_intake = 0.5\nper_ten_thousand = 0.5",
        "[on_zero]\nper_ten_thousand = 0\n[scales.per_ten_thousand]\nfull = 0\nnone = 100",
    )
    units = [UnitRow("1", "甲", 10_000), UnitRow("2", "乙", None)]
    counts = {
        "1": Counts(received=25, valid=1),
        "2": Counts(received=75, valid=1),
        "gone": Counts(received=900, valid=9),
    }
    rows = {row.unit.code: row for row in rank(units, counts, scheme, Group.TOWNSHIP)}
    assert (rows["1"].score, rows["2"].score) == (Fraction("37.5") * 2, Fraction("12.5"))


@pytest.mark.parametrize(
    ("weights", "more", "code", "key"),
    [
        ("knowledge = 1", "", "unknown_indicator", "weights.knowledge"),
        ("closed = 0.5", "", "weights_do_not_sum", "weights"),
        ("acknowledged_in_time = 1", "", "missing_key", "on_zero.acknowledged_in_time"),
        ("peer_marks = 1", "", "missing_key", "on_zero.peer_marks"),
        ("per_ten_thousand = 1", "[on_zero]\nper_ten_thousand = 0", "missing_key", "scales.per_ten_thousand"),
        ("closed = 1", "[on_zero]\nclosed = 0", "unknown_indicator", "on_zero.closed"),
        ("peer_marks = 1", "[on_zero]\npeer_marks = 2", "out_of_range", "on_zero.peer_marks"),
        ("closed = 1", "[scales.redo]\nfull = 0\nnone = 1", "unknown_indicator", "scales.redo"),
        ("closed = 1", "[scales.closed]\nfull = 1\nnone = 1", "out_of_range", "scales.closed.none"),
        ("closed = 1", "[scales.closed]\nfull = 1", "missing_key", "scales.closed.none"),
        ("satisfaction = 1", '[on_unknown]\nsatisfaction = "leave_out"', "missing_key", "on_zero.satisfaction"),
        ("closed = 1", '[[given]]\nkey = "weather"', "unknown_indicator", "given[1].key"),
        (
            "closed = 0.9",
            '[[given]]\nkey = "inspection"\nshare = 0.2\nfull = 100\nnone = 0\non_missing = 0',
            "weights_do_not_sum",
            "weights",
        ),
        (
            "closed = 0.9",
            '[[given]]\nkey = "inspection"\nshare = 0.1\nfull = 1\nnone = 0',
            "missing_key",
            "given[1].on_missing",
        ),
        ("closed = 1", '[[deductions]]\nof = "redo"\neach = 1\ncap = 1', "unknown_word", "deductions[1].of"),
    ],
)
def test_load_names_the_key_when_a_term_is_wrong(weights: str, more: str, code: str, key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        scheme_of(weights, more)
    assert (refusal.value.code, refusal.value.details["key"]) == (f"scheme.{code}", key)
    assert key in refusal.value.message
