"""In which order the processes take the tests: each begins with its share of the long areas, the short ones are left to share.

pytest-xdist's ``worksteal`` gives each process an equal stretch of the list; who is done takes from the end of another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

# Areas with tests of a minute, and about how many seconds they take one process.
LONG = {
    "browser": 500,
    "assessment": 330,
    "faults": 300,
    "demo": 230,
    "oracle": 170,
    "notices": 150,
    "exchange": 110,
    "merging": 110,
    "publications": 110,
    "states": 70,
}


Item = TypeVar("Item")


def shares(processes: int) -> list[list[str]]:
    """The long areas dealt out: the next longest to whoever has least."""
    dealt: list[list[str]] = [[] for _ in range(processes)]
    for area in sorted(LONG, key=lambda name: -LONG[name]):
        min(dealt, key=lambda areas: sum(LONG[name] for name in areas)).append(area)
    return dealt


def in_order(items: Sequence[tuple[str, Item]], processes: int) -> list[Item]:
    """``items`` with their areas, in equal stretches as they are handed out; the order within an area stays."""
    short = [item for area, item in items if area not in LONG]
    ordered: list[Item] = []
    left = len(items)
    for place, areas in enumerate(shares(processes)):
        size = left // (processes - place)
        stretch = [item for name in areas for area, item in items if area == name]
        room = max(0, size - len(stretch))
        stretch, short = stretch + short[:room], short[room:]
        ordered += stretch
        left = len(items) - len(ordered)
    return ordered + short
