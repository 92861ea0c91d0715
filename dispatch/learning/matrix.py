"""From many texts to what a linear model is fitted to: the vocabulary worth keeping, and the sparse table of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.learning.features import Vocabulary, batches
from dispatch.learning.ngrams import LONGEST_RUN, Codes, Places, runs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# A run must stand in so many texts, by how many texts there are: of few texts every run is needed.
_LEAST_TEXTS: Final = ((1_000, 1), (4_000, 2))
_LEAST_TEXTS_OF_MANY: Final = 3
# What a web process can hold: runs, and runs × labels (four bytes each).
MOST_RUNS: Final = 250_000
MOST_WEIGHTS: Final = 8_000_000
_MERGE_AT: Final = 4_000_000


def vocabulary_of(texts: Sequence[str], labels: int, least: int | None = None) -> Vocabulary:
    """The runs that stand in enough of the texts, the most frequent ones where a model would grow too big."""
    codes, counts = _document_counts(texts)
    least = least or next((enough for below, enough in _LEAST_TEXTS if len(texts) < below), _LEAST_TEXTS_OF_MANY)
    kept = np.flatnonzero(counts >= least)
    most = min(MOST_RUNS, MOST_WEIGHTS // labels)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[:most]])
    rarity = np.log((1 + len(texts)) / (1 + counts[kept])) + 1
    return Vocabulary(codes[kept], rarity.astype(np.float32))


def matrix(vocabulary: Vocabulary, texts: Sequence[str]) -> csr_matrix:
    """Text × run, each row of length 1."""
    from scipy.sparse import csr_matrix

    parts = [vocabulary.held(some) for _start, some in batches(texts)]
    starts = [start for start, _some in batches(texts)]
    rows = np.concatenate([part.rows + start for part, start in zip(parts, starts, strict=True)])
    places = np.concatenate([part.places for part in parts])
    values = np.concatenate([part.values for part in parts])
    return csr_matrix((values, (rows, places)), shape=(len(texts), len(vocabulary)))


def _document_counts(texts: Sequence[str]) -> tuple[Codes, Places]:
    """Every run with the number of texts that hold it, in the order of the runs."""
    codes, counts = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    waiting: list[Codes] = []
    for _start, some in batches(texts):
        waiting.append(_once_per_text(some))
        if sum(map(len, waiting)) > _MERGE_AT:
            codes, counts = _merged(codes, counts, waiting)
            waiting = []
    return _merged(codes, counts, waiting)


def _once_per_text(texts: Sequence[str]) -> Codes:
    """The runs of each text, each once, all in one line."""
    once = [np.zeros(0, dtype=np.uint64)]
    bits = np.uint64(16 * LONGEST_RUN)
    for found in runs(texts, LONGEST_RUN):
        cells = np.unique((found.rows.astype(np.uint64) << bits) | found.codes)
        once.append(cells & np.uint64((1 << 16 * LONGEST_RUN) - 1))
    return np.concatenate(once)


def _merged(codes: Codes, counts: Places, waiting: list[Codes]) -> tuple[Codes, Places]:
    fresh, more = np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *waiting]), return_counts=True)
    every = np.union1d(codes, fresh)
    total = np.zeros(len(every), dtype=np.int64)
    total[np.searchsorted(every, codes)] += counts
    total[np.searchsorted(every, fresh)] += more
    return every, total
