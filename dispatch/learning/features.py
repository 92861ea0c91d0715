"""Texts as weighted runs of characters: the vocabulary, and what of it each text holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from dispatch.learning.ngrams import LONGEST_RUN, Codes, Floats, Places, runs

# So many texts are taken at once: bounds memory, and small arrays stay in the processor's cache.
AT_ONCE: Final = 256


class Held(NamedTuple):
    """What texts hold of a vocabulary, one entry per text and run: the text (ascending), the run's place, its value.

    The values of a text have the length 1, those of one that holds nothing of it are none at all.
    """

    rows: Places
    places: Places
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The runs that count, by number, with the weight of their rarity (inverse document frequency)."""

    codes: Codes
    rarity: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def held(self, texts: Sequence[str]) -> Held:
        """Value of each run: (1 + log of its count) × rarity, over the length of the text's whole vector."""
        if not len(self.codes):
            nothing = np.zeros(0, dtype=np.int64)
            return Held(nothing, nothing, np.zeros(0, dtype=np.float32))
        rows, places, counts = self._counts(texts)
        values = (1 + np.log(counts.astype(np.float32))) * self.rarity[places]
        lengths = np.sqrt(np.bincount(rows, weights=values * values, minlength=len(texts)))
        return Held(rows, places, (values / lengths[rows]).astype(np.float32))

    def find(self, codes: Codes) -> tuple[Places, Places]:
        """Which of ``codes`` are known (their indices), and where in the vocabulary each of those stands."""
        near = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        known = np.flatnonzero(self.codes[near] == codes)
        return known, near[known]

    def _counts(self, texts: Sequence[str]) -> tuple[Places, Places, Places]:
        width = len(self.codes)
        keys = []
        for found in runs(texts, LONGEST_RUN):
            known, places = self.find(found.codes)
            keys.append(found.rows[known] * width + places)
        cells, counts = np.unique(np.concatenate(keys), return_counts=True)
        return cells // width, cells % width, counts


def batches(texts: Sequence[str], size: int = AT_ONCE) -> Iterator[tuple[int, Sequence[str]]]:
    """``texts`` in pieces, each with the index of its first."""
    for start in range(0, len(texts), size):
        yield start, texts[start : start + size]
