"""The order of the tests loses none, and no process begins with what another could do beside it."""

from __future__ import annotations

import pytest

from tests.order import LONG, in_order, shares

AREAS = [*LONG, "kernel", "limits", "files"]
ITEMS = [(area, f"{area}-{number}") for area in AREAS for number in range(30)]


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_each_test_is_run_once_and_an_area_keeps_its_order(processes: int) -> None:
    ordered = in_order(ITEMS, processes)
    assert sorted(ordered) == sorted(name for _area, name in ITEMS)
    for area in AREAS:
        of_area = [name for name in ordered if name.startswith(f"{area}-")]
        assert of_area == [name for its, name in ITEMS if its == area]


@pytest.mark.parametrize("processes", [2, 3])
def test_each_process_begins_with_long_areas_of_about_the_same_length(processes: int) -> None:
    lengths = [sum(LONG[area] for area in areas) for areas in shares(processes)]
    assert max(lengths) - min(lengths) <= max(LONG.values()) / 2
    ordered = in_order(ITEMS, processes)
    firsts = [ordered[len(ITEMS) // processes * place].partition("-")[0] for place in range(processes)]
    assert set(firsts) <= set(LONG)
