"""A trained model: a text in, labels with calibrated probabilities and their evidence out. Numpy alone; scikit-learn is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dispatch.learning import evidence
from dispatch.learning.features import AT_ONCE, Held, Vocabulary, batches
from dispatch.learning.ngrams import Floats
from dispatch.learning.rows import LONGEST_TEXT, VERSION_DIGITS

MOST_LABELS_TOLD: Final = 3
# Of a label less probable than this no words are told: they would be noise.
WORTH_EXPLAINING: Final = 0.01
# Texts × labels at once: a city with four hundred labels takes fewer texts at a time, not more memory.
MOST_CELLS: Final = 4_096


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label, how probable it is (0–1, calibrated) and the words of this text that spoke most for it, strongest first.

    The evidence is the citizen's own words: for the person who decides, never for an event or a log.
    """

    label: str
    probability: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Immutable, shared by threads. ``weights``: run × label. ``sharpness`` and ``shift`` (per label) calibrate the scores."""

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Floats
    bias: Floats
    sharpness: float
    shift: Floats
    digest: str

    @property
    def version(self) -> str:
        """``model@<first 12 hex digits of the digest>``, for the record of a decision."""
        return f"model@{self.digest[:VERSION_DIGITS]}"

    def suggest(self, title: str, text: str, limit: int = MOST_LABELS_TOLD) -> list[LabelScore]:
        """The ``limit`` most probable labels, best first (equal ones in the order of their names).

        Of title and text together the first 2,000 characters count. A text without a known run gets the labels by how frequent
        they are, without evidence.
        """
        words = joined(title, text)
        held = self.vocabulary.held([words])
        probabilities = self._calibrated(self._scores(held, 1))[0]
        weights = self.weights[held.places]
        common = weights.mean(axis=1)
        told = []
        for place in np.argsort(-probabilities, kind="stable")[:limit]:
            pieces: tuple[str, ...] = ()
            if probabilities[place] >= WORTH_EXPLAINING:
                leanings = held.values * (weights[:, place] - common)
                pieces = evidence.pieces(words, self.vocabulary, held.places, leanings)
            told.append(LabelScore(self.labels[place], float(probabilities[place]), pieces))
        return told

    def suggest_many(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The best label of each text (title, newline, body) with its probability, without evidence."""
        found: list[tuple[str, float]] = []
        for _start, some in batches(texts):
            probabilities = self.probabilities(some)
            best = probabilities.argmax(axis=1)
            found += [(self.labels[place], float(row[place])) for place, row in zip(best, probabilities, strict=True)]
        return found

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Text × label, each row adding up to 1."""
        table = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for start, some in batches(texts, max(1, min(AT_ONCE, MOST_CELLS // len(self.labels)))):
            scores = self._scores(self.vocabulary.held(some), len(some))
            table[start : start + len(some)] = self._calibrated(scores)
        return table

    def unknown_share(self, texts: Sequence[str]) -> float:
        """The share of character runs that the model has never seen (0 without any): how strange the texts are to it."""
        return evidence.unknown_share(texts, self.vocabulary)

    def _scores(self, held: Held, count: int) -> Floats:
        scores = np.tile(self.bias, (count, 1))
        if len(held.rows):
            firsts = np.flatnonzero(np.diff(held.rows, prepend=-1))
            sums = np.add.reduceat(self.weights[held.places] * held.values[:, None], firsts, axis=0)
            scores[held.rows[firsts]] += sums
        return scores

    def _calibrated(self, scores: Floats) -> Floats:
        return softmax(scores * np.float32(self.sharpness) + self.shift).astype(np.float32)


def joined(title: str, text: str) -> str:
    """Title, newline, text, as a row of a training file has it; cut to what counts."""
    return f"{title}\n{text}"[:LONGEST_TEXT] if title else text[:LONGEST_TEXT]


def softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Scores (row × label) as shares of 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.floating] = raised / raised.sum(axis=1, keepdims=True)
    return shares
