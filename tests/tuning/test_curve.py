"""The curve of direct dispatch against counting by hand."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dispatch.tuning.curve import Judged, Point, curve, lowest_for

tickets = st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60)


def _judged(seen: list[tuple[int, bool]]) -> list[Judged]:
    return [Judged(confidence, 1, int(is_right)) for confidence, is_right in seen]


@given(tickets)
def test_curve_counts_what_would_go_out_when_each_threshold_is_tried(seen: list[tuple[int, bool]]) -> None:
    for point in curve(_judged(seen)):
        out = [is_right for confidence, is_right in seen if confidence >= point.threshold]
        assert point == Point(point.threshold, len(seen), len(out), sum(out))


@given(tickets, st.integers(1, 100))
def test_lowest_holds_for_every_higher_threshold_when_an_accuracy_is_asked_for(
    seen: list[tuple[int, bool]], percent: int
) -> None:
    aim, points = Fraction(percent, 100), curve(_judged(seen))
    found = lowest_for(points, aim)

    def holds(threshold: int) -> bool:
        higher = [point.accuracy for point in points if point.threshold >= threshold and point.accuracy is not None]
        return bool(higher) and min(higher) >= aim

    held = [threshold for threshold in range(101) if holds(threshold)]
    assert (found.threshold if found else None) == (min(held) if held else None)


def test_curve_has_no_shares_when_there_are_no_tickets() -> None:
    assert {(point.share, point.accuracy) for point in curve([])} == {(None, None)}
