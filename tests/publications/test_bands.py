"""Bands of a scheme: read with errors that name the key, exact at their edges, on page and API instead of ranks."""

from __future__ import annotations

from fractions import Fraction

import pytest

from assessment import schemes
from assessment.metrics import Counts
from assessment.rankings import UnitRow, rank
from assessment.schemes.bands import band_of
from assessment.schemes.model import Group, Scheme
from assessment.shown import api_row, in_shown_order
from dispatch.kernel.errors import DomainError

BY_RANK = '[[bands]]\nname = "甲"\nrank_to = 1\n[[bands]]\nname = "乙"\nrank_to = 3\n[[bands]]\nname = "丙"\n'
BY_SCORE = (
    '[[bands]]\nname = "优"\nscore_from = 90\n[[bands]]\nname = "良"\nscore_from = 60.5\n[[bands]]\nname = "差"\n'
)


def scheme(bands: str = BY_RANK, show: str = 'show = "bands"') -> Scheme:
    text = schemes.builtin_text("beijing").replace("settle_days = 10", f"settle_days = 10\n{show}")
    return schemes.loads(f"{text}\n{bands}")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("rank_to = 3", "rank_to = 1", "bands[2].rank_to"),
        ("rank_to = 3", "score_from = 80", "bands[2].score_from"),
        ("rank_to = 3", "", "bands[2].rank_to"),
        ("rank_to = 3", "rank_to = 3\nscore_from = 2", "bands[2].score_from"),
        ("rank_to = 1\n", "rank_to = 0\n", "bands[1].rank_to"),
        ('name = "丙"', 'name = "丙"\nrank_to = 9', "bands[3].rank_to"),
        ('name = "丙"', 'name = "甲"', "bands[3].name"),
        ('name = "丙"', 'name = " "', "bands[3].name"),
        ("rank_to = 3", "rank_to = 3\ncolour = 1", "bands[2].colour"),
    ],
)
def test_scheme_is_refused_with_its_key_when_bands_make_no_sense(old: str, new: str, key: str) -> None:
    with pytest.raises(DomainError) as refused:
        scheme(BY_RANK.replace(old, new))
    assert refused.value.details["key"] == key


@pytest.mark.parametrize(("bands", "show", "key"), [("", 'show = "bands"', "bands"), (BY_RANK, "show = 1", "show")])
def test_scheme_is_refused_with_its_key_when_show_makes_no_sense(bands: str, show: str, key: str) -> None:
    with pytest.raises(DomainError) as refused:
        scheme(bands, show)
    assert refused.value.details["key"] == key


@pytest.mark.parametrize(
    ("rank_", "score", "by_rank", "by_score"),
    [
        (1, Fraction(90), "甲", "优"),
        (2, Fraction(90) - Fraction(1, 10**9), "乙", "良"),
        (3, Fraction(121, 2), "乙", "良"),
        (4, Fraction(-3), "丙", "差"),
        (None, None, "", ""),
    ],
)
def test_band_is_exact_when_a_score_lies_at_its_edge(
    rank_: int | None, score: Fraction | None, by_rank: str, by_score: str
) -> None:
    assert band_of(rank_, score, scheme()) == by_rank
    assert band_of(rank_, score, scheme(BY_SCORE)) == by_score


def test_order_tells_no_rank_when_bands_are_shown() -> None:
    units = [UnitRow(code, f"{code}街道") for code in "ABCDE"]
    counts = {
        code: Counts(10, 10, contacted=10, yes=yes, satisfied=5) for code, yes in zip("ABCD", (1, 9, 3, 5), strict=True)
    }
    rows = rank(units, counts, scheme(), Group.TOWNSHIP)
    told = [api_row(row, scheme()) for row in in_shown_order(rows, scheme())]
    assert [(row["unit_code"], row["band"], row["rank"]) for row in told] == [
        ("B", "甲", ""),
        ("C", "乙", ""),
        ("D", "乙", ""),
        ("A", "丙", ""),
        ("E", "", ""),
    ]
    plain = schemes.builtin("beijing")
    assert ["band" in api_row(row, plain) for row in in_shown_order(rows, plain)] == [False] * 5
