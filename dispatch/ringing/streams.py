"""Who listens: the open streams by desk, each asleep until it is woken or ended. Threads on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from threading import Event, Lock
from typing import Final

MOST_PER_DESK: Final = 4  # windows of one operator; a page that was left is noticed only at the next beat


class Woken(Enum):
    """Why a stream no longer sleeps."""

    CALL = "call"
    BEAT = "beat"
    END = "end"


class Stream:
    """One page that listens. Several wakings before the next look are one: the page asks for what stands then."""

    def __init__(self, desk: str) -> None:
        self.desk = desk
        self._event = Event()
        self._is_ended = False

    def sleep(self, seconds: float) -> Woken:
        """Until something happens, at most ``seconds``."""
        happened = self._event.wait(seconds)
        self._event.clear()
        if self._is_ended:
            return Woken.END
        return Woken.CALL if happened else Woken.BEAT

    def wake(self) -> None:
        """Its desk is to ask."""
        self._event.set()

    def end(self) -> None:
        """It is to close."""
        self._is_ended = True
        self._event.set()


class Streams:
    """All of this process, at most ``most``."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._by_desk: dict[str, list[Stream]] = defaultdict(list)
        self._is_hearing = False
        self.woken = self.refused = 0  # since the process began

    def open(self, desk: str) -> Stream | None:
        """A stream of ``desk``, at the cost of its oldest where it has too many; None where none can be promised:
        all are taken, or nothing is heard.
        """
        with self._lock:
            own = self._by_desk.get(desk, ())
            if len(own) >= MOST_PER_DESK:
                own[0].end()
                self._drop(own[0])
            if not self._is_hearing or self.count() >= self._most:
                self.refused += 1
                return None
            stream = Stream(desk)
            self._by_desk[desk].append(stream)
            return stream

    def close(self, stream: Stream) -> None:
        """Its page has gone; more than once does no harm."""
        with self._lock:
            self._drop(stream)

    def wake(self, desk: str) -> None:
        """Every page of this desk, and of no other."""
        with self._lock:
            for stream in self._by_desk.get(desk, ()):
                stream.wake()
                self.woken += 1

    def hear(self) -> None:
        """Notices are heard from now on. What was said before may be lost, so every desk asks."""
        with self._lock:
            self._is_hearing = True
            for stream in self._all():
                stream.wake()

    def hear_nothing(self) -> None:
        """Nothing is heard any more: better no stream than one that keeps silent, for a desk without one asks often."""
        with self._lock:
            self._is_hearing = False
            for stream in self._all():
                stream.end()

    @property
    def is_hearing(self) -> bool:
        """Whether notices are heard now."""
        return self._is_hearing

    def count(self) -> int:
        """How many are open."""
        return sum(map(len, self._by_desk.values()))

    def _all(self) -> Iterable[Stream]:
        return (stream for own in self._by_desk.values() for stream in own)

    def _drop(self, stream: Stream) -> None:
        own = self._by_desk.get(stream.desk, [])
        if stream in own:
            own.remove(stream)
        if not own:
            self._by_desk.pop(stream.desk, None)
