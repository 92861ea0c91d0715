"""The real labelled complaints, read in place, and which of them are one message: nothing is tested on what was trained on."""

from __future__ import annotations

import csv
import gzip
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dispatch.learning import likeness
from dispatch.learning.rows import Row

SHARED = Path(os.environ.get("HOTLINE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
# A segmented copy lacks stop words but keeps the order: of the copy's characters so many stand in the message, in order.
COVERED = 0.7
LONGEST_WORD = 6
COMMONEST = 400
CANDIDATES = 8
BLANK = re.compile(r"_x000D_|\s")


@dataclass(frozen=True)
class Rows:
    """``rows``: the raw ones first, ``raw`` of them; ``family``: the same number for rows that say the same."""

    rows: list[Row]
    raw: int
    family: list[int]


def load() -> Rows:
    """Raw and segmented rows with their families. Raises FileNotFoundError where the shared data are absent."""
    raw = [(f"{row['title']}\n{row['body']}", row["label"]) for row in read_rows("labelled.csv.gz")]
    words = [(row["tokens"].split(), row["label"]) for row in read_rows("labelled_tokens.csv.gz")]
    rows = [Row(*row) for row in raw]
    rows += [Row(BLANK.sub("", "".join(said)), label) for said, label in words]
    copies = _copies([text for text, _label in raw], [said for said, _label in words])
    family = _joined(likeness.families([row.text for row in rows]).tolist(), copies, len(raw))
    return Rows(rows, len(raw), family)


def folds(found: Rows, seed: int, parts: int = 5) -> Iterator[tuple[list[int], list[int]]]:
    """(to train on, to test on), whole families together, labels spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [row.label for row in found.rows]
    splitter = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    for train, test in splitter.split(np.zeros(len(labels)), labels, found.family):
        yield train.tolist(), test.tolist()


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one file of complaints."""
    csv.field_size_limit(1 << 30)
    with gzip.open(SHARED / "complaints" / name, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _copies(texts: Sequence[str], segmented: Sequence[Sequence[str]]) -> list[list[int]]:
    """For each text the segmented rows that are a copy of it."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(segmented):
        for word in {word for word in words if 1 < len(word) <= LONGEST_WORD}:
            holders[word].append(place)
    found = []
    for text in texts:
        plain = BLANK.sub("", text)
        pieces = {plain[at : at + size] for size in range(2, LONGEST_WORD + 1) for at in range(len(plain))}
        votes: dict[int, float] = defaultdict(float)
        for piece in pieces:
            rows = holders.get(piece, ())
            if len(rows) < COMMONEST:
                for place in rows:
                    votes[place] += 1 / len(rows)
        best = sorted(votes, key=lambda place: -votes[place])[:CANDIDATES]
        found.append([place for place in best if _covered(segmented[place], plain) >= COVERED])
    return found


def _covered(words: Sequence[str], text: str) -> float:
    """How much of the words stands in the text, one after the other."""
    position = inside = 0
    for word in words:
        at = text.find(word, position)
        if at >= 0:
            inside, position = inside + len(word), at + len(word)
    return inside / max(1, sum(map(len, words)))


def _joined(family: list[int], copies: Sequence[Sequence[int]], raw: int) -> list[int]:
    """Families, made one where a copy joins them."""
    parent = {one: one for one in family}

    def root(one: int) -> int:
        while parent[one] != one:
            one = parent[one]
        return one

    for place, found in enumerate(copies):
        for copy in found:
            parent[root(family[raw + copy])] = root(family[place])
    return [root(one) for one in family]
