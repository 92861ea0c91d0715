"""Which process takes which tests: an area as a whole, so that what it sets up once is set up once; the longest begin.

pytest-xdist hands the areas out in the order in which they are collected, the next to whichever process has done with its own:
the many short areas at the end even out what the long ones left uneven.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from xdist.scheduler import LoadScopeScheduling

# Areas with tests of a minute or a site to start, and about how many seconds each takes one process.
LONG = {
    "browser": 600,
    "faults": 400,
    "assessment": 340,
    "demo": 320,
    "kernel": 180,
    "oracle": 130,
    "notices": 90,
    "publications": 75,
    "exchange": 75,
    "states": 65,
}

Item = TypeVar("Item")


class ByArea(LoadScopeScheduling):  # type: ignore[misc]  # the package has no types
    """The folder of a test under ``tests/`` is what is handed out."""

    def _split_scope(self, nodeid: str) -> str:
        return area_of(nodeid)


def area_of(nodeid: str) -> str:
    """``tests/area/test_file.py::test`` → ``area``."""
    return nodeid.split("::", 1)[0].split("/")[-2]


def in_order(items: Sequence[tuple[str, Item]]) -> list[Item]:
    """``items`` with their areas: the longest area first, then those with most tests; the order within an area stays."""
    counts = Counter(area for area, _item in items)
    return [item for _area, item in sorted(items, key=lambda told: (-LONG.get(told[0], 0), -counts[told[0]], told[0]))]
