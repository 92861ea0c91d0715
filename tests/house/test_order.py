"""The order of the tests loses none, and no process begins with what another could do beside it."""

from __future__ import annotations

import random

from tests.order import LONG, area_of, in_order

AREAS = [*LONG, "house", "limits", "files"]
ITEMS = [(area, f"{area}-{number}") for area in AREAS for number in range(30 if area != "limits" else 90)]


def test_each_test_is_run_once_and_an_area_keeps_its_order() -> None:
    mixed = random.Random(1).sample(ITEMS, len(ITEMS))
    ordered = in_order(mixed)
    assert sorted(ordered) == sorted(name for _area, name in ITEMS)
    for area in AREAS:
        assert [name for name in ordered if name.startswith(f"{area}-")] == [name for its, name in mixed if its == area]


def test_an_area_stands_together_and_the_longest_come_first() -> None:
    areas = [name.partition("-")[0] for name in in_order(random.Random(2).sample(ITEMS, len(ITEMS)))]
    begins = [area for place, area in enumerate(areas) if place == 0 or areas[place - 1] != area]
    assert begins == [*sorted(LONG, key=lambda area: (-LONG[area], area)), "limits", "files", "house"]


def test_an_area_is_the_folder_of_a_test() -> None:
    assert area_of("tests/kernel/test_audit.py::test_it[a/b::c]") == "kernel"
