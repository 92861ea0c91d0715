"""Time comes in by the door: the one injected clock. Business code receives it; time-outs of machinery use SystemClock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the time of the business."""

    def now(self) -> datetime:
        """The present instant: aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The machine's instant, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self._instant = as_utc(instant)

    def now(self) -> datetime:
        """The instant it was last set to, in UTC."""
        return self._instant

    def advance(self, step: timedelta) -> datetime:
        """Move by ``step`` (backwards too: clocks may jump) and tell the new instant."""
        self._instant += step
        return self._instant

    def set(self, instant: datetime) -> None:
        """Jump to ``instant`` (aware)."""
        self._instant = as_utc(instant)


class SteppedClock:
    """Every reading is ``step`` later than the one before: no two events of a test share an instant."""

    def __init__(self, start: datetime, step: timedelta = timedelta(seconds=1)) -> None:
        self._next = as_utc(start)
        self._step = step

    def now(self) -> datetime:
        """``start`` at the first reading, one step more at each further one; in UTC."""
        instant = self._next
        self._next += self._step
        return instant


def as_utc(instant: datetime) -> datetime:
    """``instant`` in UTC; a naive one raises ValueError, since nobody can say when it was."""
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs an offset: {instant.isoformat()}")
    return instant.astimezone(UTC)
