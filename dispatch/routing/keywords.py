"""Many words sought in one text at once: leftmost-longest, non-overlapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ahocorasick

from dispatch.routing.normalise import fold


class Words:
    """A set of folded words; the machine that seeks them is built once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._machine = ahocorasick.Automaton()
        for word in words:
            self._machine.add_word(word, word)
        self._is_empty = len(self._machine) == 0
        self._machine.make_automaton()

    def found(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(word, start, end) in the order of the text."""
        return iter(()) if self._is_empty else _longest(self._machine, fold(text))


def _longest(machine: ahocorasick.Automaton, folded: str) -> Iterator[tuple[str, int, int]]:
    end, pending = 0, None
    for last, word in machine.iter(folded):
        start = last + 1 - len(word)
        if pending is not None and start <= pending[1]:
            # A word that begins at or before the pending one is longer and swallows it.
            pending = (word, start, last + 1)
            continue
        if pending is not None and start < pending[2]:
            continue
        if pending is not None:
            yield pending
            end = pending[2]
        if start >= end:
            pending = (word, start, last + 1)
    if pending is not None:
        yield pending
