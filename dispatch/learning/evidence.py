"""Why a label: the pieces of a text that spoke most for it, made readable from overlapping runs of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from dispatch.learning.ngrams import Floats, Places, letters, runs
from dispatch.routing.normalise import fold

if TYPE_CHECKING:
    from dispatch.learning.features import Vocabulary

MOST_PIECES: Final = 5
# The strongest runs are joined where they overlap; of more, the weak ones would glue whole sentences together.
STRONGEST: Final = 12
SHORTEST_RUN: Final = np.uint64(1 << 16)  # the least number of a run of two: a single character explains nothing
LONGEST_PIECE: Final = 10


class _Stretch(NamedTuple):
    start: int
    end: int
    strength: float


def pieces(text: str, vocabulary: Vocabulary, places: Places, leanings: Floats) -> tuple[str, ...]:
    """At most five pieces of ``text``, strongest first; ``leanings``: how much the run at each of ``places`` speaks for it."""
    stretches = _strongest(text, vocabulary, places, leanings)
    joined: dict[str, float] = {}
    for one in _joined(stretches):
        words = text[one.start : one.end]
        joined[words] = max(joined.get(words, 0.0), one.strength)
    ranked = sorted(joined, key=lambda words: (-joined[words], words))
    return tuple(ranked[:MOST_PIECES])


def unknown_share(texts: Sequence[str], vocabulary: Vocabulary) -> float:
    """The share of the runs of ``texts`` that are not in the vocabulary."""
    every = known = 0
    for found in runs(texts):
        every += len(found.codes)
        known += len(vocabulary.find(found.codes)[0]) if len(vocabulary) else 0
    return (every - known) / every if every else 0.0


def _strongest(text: str, vocabulary: Vocabulary, places: Places, leanings: Floats) -> list[_Stretch]:
    """Where the runs stand that speak most for the label, each at its first place in the text."""
    codes = vocabulary.codes[places]
    worth = np.flatnonzero((leanings > 0) & (codes >= SHORTEST_RUN))
    best = worth[np.argsort(-leanings[worth], kind="stable")[:STRONGEST]]
    folded = fold(text)
    found = []
    for code, leaning in zip(codes[best].tolist(), leanings[best].tolist(), strict=True):
        run = letters(code)
        start = folded.find(run)
        found.append(_Stretch(start, start + len(run), leaning))
    return sorted(found)


def _joined(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Overlapping stretches become one, as long as it can be read at a glance."""
    made: list[_Stretch] = []
    for one in stretches:
        last = made[-1] if made else None
        if last and one.start < last.end and max(last.end, one.end) - last.start <= LONGEST_PIECE:
            made[-1] = _Stretch(last.start, max(last.end, one.end), last.strength + one.strength)
        else:
            made.append(one)
    return made
