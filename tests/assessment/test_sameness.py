"""What is remembered of the very same objects: made once for them, never taken for others."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from assessment.sameness import made_once


def test_make_it_once_for_the_same_and_anew_for_equal_ones() -> None:
    made: list[Mapping[str, int]] = []

    @made_once(4)
    def total(counts: Mapping[str, int], rate: int) -> int:
        made.append(counts)
        return sum(counts.values()) * rate

    one, equal = {"a": 1, "b": 2}, {"a": 1, "b": 2}
    assert [total(one, 2), total(one, 2), total(equal, 2), total(one, 3)] == [6, 6, 6, 9]
    assert [id(counts) for counts in made] == [id(one), id(equal), id(one)]


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 3))
def test_never_answer_for_another_that_came_to_lie_in_its_place(numbers: list[int], most: int) -> None:
    @made_once(most)
    def doubled(box: list[int]) -> int:
        return box[0] * 2

    kept = [[number] for number in range(6)]
    for number in numbers:
        assert doubled([number]) == number * 2, "a box that nobody holds: the next one may lie where it lay"
        assert doubled(kept[number]) == number * 2
    assert [doubled(box) for box in kept] == [0, 2, 4, 6, 8, 10]
