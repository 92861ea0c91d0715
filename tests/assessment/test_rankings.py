"""Order, ties, the not ranked and the classes of rules.md §7."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.metrics import Counts, score
from assessment.rankings import Note, Row, UnitRow, rank, scores_of, unlisted
from assessment.schemes import builtin_names, load
from dispatch.kernel.errors import DomainError

BEIJING = load("beijing")


def solved(yes: int, of: int = 10, received: int | None = None) -> Counts:
    """Counts whose score grows with ``yes`` alone."""
    return Counts(received=of if received is None else received, valid=of, yes=yes)


def table(counts: dict[str, Counts], units: list[UnitRow], previous: dict[str, Fraction] | None = None) -> list[Row]:
    return rank(units[: len(counts)], counts, BEIJING, "township", previous)


def ladder(values: list[int], units: list[UnitRow], **more: int) -> dict[str, Counts]:
    return {unit.code: solved(value, of=100, **more) for unit, value in zip(units, values, strict=False)}


def classes(rows: list[Row]) -> dict[str, str]:
    return {row.unit.code: ";".join(row.classes) for row in rows if row.classes}


def test_rank_gives_1_2_2_4_when_two_tie(units: list[UnitRow]) -> None:
    rows = table(dict(zip(["T00", "T01", "T02", "T03"], map(solved, [3, 7, 9, 7]), strict=True)), units)
    assert [(row.rank, row.unit.code) for row in rows] == [(1, "T02"), (2, "T01"), (2, "T03"), (4, "T00")]


def test_rank_puts_more_received_first_when_scores_are_equal(units: list[UnitRow]) -> None:
    rows = table({"T00": solved(5), "T01": solved(10, of=20), "T02": solved(5, received=20)}, units)
    assert [(row.rank, row.unit.code) for row in rows] == [(1, "T01"), (1, "T02"), (3, "T00")]


def test_rank_tells_scores_apart_when_they_look_equal_rounded(units: list[UnitRow]) -> None:
    rows = table({"T00": solved(33332, of=100_000), "T01": solved(33333, of=100_000)}, units)
    assert [(row.rank, row.unit.code) for row in rows] == [(1, "T01"), (2, "T00")]


def test_rank_lists_the_not_ranked_last_by_code_when_follow_ups_are_missing(units: list[UnitRow]) -> None:
    fair = load("fair")
    counts = {
        "T00": Counts(received=90, excluded=2),
        "T01": solved(29, of=29),
        "T02": solved(1, of=30),
        "T04": solved(0, of=30),
    }
    rows = rank(units[:5], counts, fair, "township")
    assert [(row.unit.code, row.rank, row.note) for row in rows] == [
        ("T02", 1, None),
        ("T04", 2, None),
        ("T00", None, Note.NO_VALID_FOLLOW_UP),
        ("T01", None, Note.BELOW_MINIMUM),
        ("T03", None, Note.NO_VALID_FOLLOW_UP),
    ]
    unranked = rows[3]
    assert (unranked.counts.received, unranked.score, unranked.response_rate, unranked.satisfaction_rate) == (
        29,
        None,
        None,
        None,
    )


def test_rank_needs_one_follow_up_when_minimum_is_zero(units: list[UnitRow]) -> None:
    rows = rank(units[:2], {"T00": solved(0, of=1)}, replace(BEIJING, minimum=0), "district")
    assert [row.rank for row in rows] == [1, None]


def test_rank_gives_nothing_when_group_is_empty() -> None:
    assert rank([], {}, BEIJING, "enterprise") == []


def test_rank_keeps_every_unit_when_nothing_happened(units: list[UnitRow]) -> None:
    rows = rank(units, {}, BEIJING, "township")
    assert [row.unit.code for row in rows] == [unit.code for unit in units]
    assert all((row.rank, row.note, row.classes) == (None, Note.NO_VALID_FOLLOW_UP, ()) for row in rows)


def test_rank_refuses_when_group_or_units_are_wrong(units: list[UnitRow]) -> None:
    with pytest.raises(DomainError, match="unknown_group"):
        rank(units, {}, BEIJING, "grid")
    with pytest.raises(DomainError, match="group_not_assessed"):
        rank(units, {}, replace(BEIJING, peer_groups=frozenset()), "township")
    with pytest.raises(DomainError, match="repeated_unit"):
        rank([units[0], units[0]], {}, BEIJING, "township")


def test_unlisted_names_codes_when_counts_have_no_row(units: list[UnitRow]) -> None:
    assert unlisted(units[:2], {"T01": solved(1), "GONE": solved(1)}) == ["GONE"]


def test_classes_are_empty_when_fewer_than_four_are_ranked(units: list[UnitRow]) -> None:
    counts = {**ladder([1, 2, 3], units), "T03": Counts(received=500)}
    assert classes(table(counts, units)) == {}


def test_classes_are_empty_when_group_is_no_township(units: list[UnitRow]) -> None:
    assert classes(rank(units, ladder(list(range(40)), units), BEIJING, "department")) == {}


def test_classes_take_ten_each_when_forty_are_ranked(units: list[UnitRow]) -> None:
    found = table(ladder(list(range(40)), units), units)
    advanced = {row.unit.code for row in found if "advanced" in row.classes}
    rectify = {row.unit.code for row in found if "rectify" in row.classes}
    assert advanced == {f"T{number}" for number in range(30, 40)}
    assert rectify == {f"T0{number}" for number in range(10)}
    # all received 100: all tie at the edge of govern
    assert all("govern" in row.classes for row in found)


def test_classes_stay_at_ten_when_more_than_forty_are_ranked(units: list[UnitRow]) -> None:
    many = [*units, *(unit._replace(code=f"Z{unit.code}") for unit in units)]
    counts = {unit.code: solved(place, of=100, received=100 + place) for place, unit in enumerate(many)}
    found = rank(many, counts, BEIJING, "township")
    assert [sum(name in row.classes for row in found) for name in ("advanced", "rectify", "govern")] == [10, 10, 10]


def test_classes_include_all_when_tied_at_the_edges(units: list[UnitRow]) -> None:
    counts = ladder([9, 8, 8, 8, 5, 4, 3, 3, 3], units)  # n = 2
    found = classes(table(counts, units))
    assert {code for code, names in found.items() if "advanced" in names} == {"T00", "T01", "T02", "T03"}
    assert {code for code, names in found.items() if "rectify" in names} == {"T06", "T07", "T08"}


def test_classes_do_not_treat_equal_scores_as_tied_when_ranks_differ(units: list[UnitRow]) -> None:
    counts = {
        "T00": solved(9),
        "T01": solved(5),
        "T02": solved(3, received=30),
        "T03": solved(3, received=20),
    }
    found = classes(table(counts, units))
    assert found == {"T00": "advanced", "T02": "govern", "T03": "rectify"}


def test_govern_includes_the_unranked_when_they_received_most(units: list[UnitRow]) -> None:
    counts = {**ladder([4, 3, 2, 1], units), "T04": Counts(received=900), "T05": Counts()}
    rows = table(counts, units)
    assert classes(rows) == {"T00": "advanced", "T03": "rectify", "T04": "govern"}
    assert rows[4].note is Note.NO_VALID_FOLLOW_UP


def test_improved_takes_largest_positive_gains_when_ranked_in_both(units: list[UnitRow]) -> None:
    counts = ladder([40, 39, 38, 37, 36, 35, 34, 33], units)  # n = 2; scores are half of these
    previous = {
        "T00": Fraction(20),  # no gain
        "T01": Fraction(25),  # a loss
        "T02": Fraction(16),  # gains 3
        "T03": Fraction("17.5"),  # gains 1
        "T04": Fraction(17),  # gains 1: tied at the edge
        "T05": Fraction(17),  # gains 0.5
        "T99": Fraction(0),  # no longer there
    }
    rows = table(counts, units, previous)
    assert {row.unit.code for row in rows if "improved" in row.classes} == {"T02", "T03", "T04"}
    gains = {row.unit.code: row.gain for row in rows}
    assert (gains["T01"], gains["T02"], gains["T06"]) == (Fraction("-5.5"), 3, None)


def test_improved_is_empty_when_no_one_gained_or_no_period_before(units: list[UnitRow]) -> None:
    counts = ladder([4, 3, 2, 1], units)
    now = scores_of(table(counts, units))
    for previous in (now, {}, None):
        assert not any("improved" in row.classes for row in table(counts, units, previous))


def test_classes_are_written_in_order_when_a_unit_has_all(units: list[UnitRow]) -> None:
    counts = ladder([5, 5, 5, 5], units)
    rows = table(counts, units, dict.fromkeys(counts, Fraction(1)))
    assert set(classes(rows).values()) == {"advanced;improved;rectify;govern"}


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Counts]:
    """Small numbers, so that scores tie, units stay empty and minima bite."""
    found = {}
    for number in range(draw(st.integers(0, 25))):
        valid = draw(st.integers(0, 3))
        yes, satisfied = draw(st.integers(0, valid)), draw(st.integers(0, valid))
        found[f"T{number:02d}"] = Counts(
            received=valid + draw(st.integers(0, 2)),
            valid=valid,
            yes=yes,
            satisfied=satisfied,
            basically=draw(st.integers(0, valid - satisfied)),
            red_cards=draw(st.integers(0, 12)),
        )
    return found


@settings(max_examples=200)
@given(histories(), st.sampled_from(builtin_names()), st.integers(0, 3), st.randoms(use_true_random=False))
def test_rank_is_consistent_when_histories_are_any(
    units: list[UnitRow], counts: dict[str, Counts], name: str, minimum: int, shuffler: random.Random
) -> None:
    scheme = replace(load(name), minimum=minimum)
    listed = units[:25]
    previous = {code: Fraction(30) for code in list(counts)[::2]}
    rows = rank(listed, counts, scheme, "township", previous)
    shuffled = listed.copy()
    shuffler.shuffle(shuffled)
    assert rank(shuffled, dict(reversed(counts.items())), scheme, "township", previous) == rows
    ranked = [row for row in rows if row.rank is not None]
    assert [row.unit.code for row in rows] == [
        *(row.unit.code for row in ranked),
        *sorted(set_of(rows) - set_of(ranked)),
    ]
    keys = [(score(row.counts, scheme).value, row.counts.received) for row in ranked]
    assert keys == sorted(keys, reverse=True)
    assert [row.rank for row in ranked] == [1 + sum(other > key for other in keys) for key in keys]
    assert set_of(ranked) == {code for code, one in counts.items() if one.valid >= max(1, minimum)}
    assert all(set(row.classes) <= {"govern"} for row in rows if row.rank is None)


def set_of(rows: list[Row]) -> set[str]:
    return {row.unit.code for row in rows}
