"""The instants at which the sweep has something to do with a ticket: when it has to run, and whose tickets it will take."""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from typing import Final, Literal

Moment = Literal["certain", "warning", "step"]
"""``certain``: expiry, whatever was done. ``warning``: a yellow card, unless completed before. ``step``: of the ladder, likewise."""

# Steps are many and pressing for nobody in the replay: a sweep for other reasons takes them along, else one comes after this.
_STEPS_WAIT: Final = timedelta(minutes=15)

_Heap = list[tuple[datetime, int, Moment]]


class Moments:
    """What is to come, by instant."""

    def __init__(self) -> None:
        self._pressing: _Heap = []
        self._steps: _Heap = []
        self._completed: set[int] = set()

    def expect(self, at: datetime, ticket_id: int, kind: Moment) -> None:
        """Something of this kind is due at ``at``."""
        heapq.heappush(self._steps if kind == "step" else self._pressing, (at, ticket_id, kind))

    def completed(self, ticket_id: int) -> None:
        """The ticket needs no warning and no step any more."""
        self._completed.add(ticket_id)

    def next_at(self) -> datetime | None:
        """When the sweep has to run next."""
        pressing, step = self._first(self._pressing), self._first(self._steps)
        known = [at for at in (pressing, step and step + _STEPS_WAIT) if at is not None]
        return min(known) if known else None

    def until(self, end: datetime) -> frozenset[int]:
        """The tickets of which something comes due before or at ``end``."""
        return _until(self._pressing, end) | _until(self._steps, end)

    def take_until(self, end: datetime) -> None:
        """Take those."""
        for heap in (self._pressing, self._steps):
            while heap and heap[0][0] <= end:
                heapq.heappop(heap)

    def _first(self, heap: _Heap) -> datetime | None:
        while heap and heap[0][2] != "certain" and heap[0][1] in self._completed:
            heapq.heappop(heap)
        return heap[0][0] if heap else None


def _until(heap: _Heap, end: datetime) -> frozenset[int]:
    found, places = set(), [0]
    while places:  # a heap's children come after their parent: what is later need not be looked below
        place = places.pop()
        if place < len(heap) and heap[place][0] <= end:
            found.add(heap[place][1])
            places += (2 * place + 1, 2 * place + 2)
    return frozenset(found)
