"""Rows that say the same thing: nothing may be tested on what it was trained on, in other words or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dispatch.learning.features import batches
from dispatch.learning.ngrams import LONGEST_RUN, Codes, Places, runs

# A run that more texts than this share, or a twentieth of all, says nothing about these two.
COMMONEST: Final = 25
SCARCE_PART: Final = 20
# Two texts are of one family where they share this part of the rare runs of the one that has fewer, and so many of them.
SHARED_PART: Final = 0.4
SHARED_LEAST: Final = 5
# A run's number is below 2 to this power, so that a text's place in its batch fits above it.
RUN_BITS: Final = np.uint64(16 * LONGEST_RUN)
RUN: Final = np.uint64((1 << 16 * LONGEST_RUN) - 1)


def families(texts: Sequence[str]) -> Places:
    """A number per text, the same for texts that repeat each other (a repost, a segmented copy, a template filled in again).

    Identical texts are always one family, however short.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    rows, places, width = _rare(texts)
    held = sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, places)), shape=(len(texts), width))
    shared = (held @ held.T).tocoo()
    sizes = np.bincount(rows, minlength=len(texts))
    least = np.minimum(sizes[shared.row], sizes[shared.col])
    alike = (shared.data >= SHARED_PART * least) & (shared.data >= SHARED_LEAST)
    first: dict[str, int] = {}
    same = np.array([first.setdefault(text, index) for index, text in enumerate(texts)], dtype=np.int64)
    pairs = (
        np.concatenate((shared.row[alike], np.arange(len(texts)))),
        np.concatenate((shared.col[alike], same)),
    )
    graph = sparse.coo_matrix((np.ones(len(pairs[0]), dtype=np.int8), pairs), shape=(len(texts), len(texts)))
    _count, found = connected_components(graph, directed=False)
    return np.asarray(found, dtype=np.int64)


def _rare(texts: Sequence[str]) -> tuple[Places, Places, int]:
    """Which text holds which rare long run; runs are numbered from 0 to the width."""
    rows: list[Places] = []
    codes: list[Codes] = []
    for start, some in batches(texts):
        found = runs(some, LONGEST_RUN)[-1]
        held = np.unique((found.rows.astype(np.uint64) << RUN_BITS) | found.codes)
        rows.append((held >> RUN_BITS).astype(np.int64) + start)
        codes.append(held & RUN)
    every, numbers, counts = np.unique(np.concatenate(codes), return_inverse=True, return_counts=True)
    most = min(COMMONEST, max(2, len(texts) // SCARCE_PART))
    is_kept = ((counts > 1) & (counts <= most))[numbers]
    return np.concatenate(rows)[is_kept], numbers[is_kept], len(every)
