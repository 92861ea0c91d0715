"""How good a model's answers are: precision, recall and F1 by label, and whether its probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

BINS: Final = 10
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """One label: ``support`` rows are of it, ``predicted`` were called it, ``hits`` are both."""

    label: str
    support: int
    predicted: int
    hits: int

    @property
    def precision(self) -> float:
        """Hits of what was called so; 0 where nothing was."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Hits of what is so; 0 where nothing is."""
        return self.hits / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / (self.support + self.predicted) if self.support + self.predicted else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence is in one tenth: how many, how sure they were on average, how many of them are right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Quality:
    """The whole. ``macro_f1``: over the labels that occur in the truth; ``ece``: mean |confidence − accuracy|, weighted."""

    rows: int
    hits: int
    labels: tuple[LabelQuality, ...]
    bins: tuple[Bin, ...]

    @property
    def accuracy(self) -> float:
        """Right answers of all."""
        return self.hits / self.rows if self.rows else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that rows have."""
        scores = [one.f1 for one in self.labels if one.support]
        return sum(scores) / len(scores) if scores else 0.0

    @property
    def ece(self) -> float:
        """Expected calibration error over ten bins of equal width."""
        return (
            sum(one.count * abs(one.confidence - one.accuracy) for one in self.bins) / self.rows if self.rows else 0.0
        )

    def as_json(self) -> dict[str, Any]:
        """For the record of a model; figures with four decimals."""
        return {
            "rows": self.rows,
            "accuracy": round(self.accuracy, DIGITS),
            "macro_f1": round(self.macro_f1, DIGITS),
            "ece": round(self.ece, DIGITS),
            "labels": [
                {
                    "label": one.label,
                    "support": one.support,
                    "precision": round(one.precision, DIGITS),
                    "recall": round(one.recall, DIGITS),
                    "f1": round(one.f1, DIGITS),
                }
                for one in self.labels
            ],
            "bins": [
                {
                    "low": one.low,
                    "high": one.high,
                    "count": one.count,
                    "confidence": round(one.confidence, DIGITS),
                    "accuracy": round(one.accuracy, DIGITS),
                }
                for one in self.bins
            ],
        }


def quality(truth: Sequence[str], answers: Sequence[str], confidences: Sequence[float]) -> Quality:
    """Compare the answers with the truth, row by row. A label that nobody answers counts with an F1 of 0."""
    names = sorted(set(truth) | set(answers))
    place = {name: index for index, name in enumerate(names)}
    is_right = np.array([one == other for one, other in zip(truth, answers, strict=True)], dtype=bool)
    truths = np.array([place[name] for name in truth], dtype=np.int64)
    given = np.array([place[name] for name in answers], dtype=np.int64)
    support = np.bincount(truths, minlength=len(names))
    predicted = np.bincount(given, minlength=len(names))
    hits = np.bincount(truths[is_right], minlength=len(names))
    labels = (
        LabelQuality(name, int(support[index]), int(predicted[index]), int(hits[index]))
        for index, name in enumerate(names)
    )
    return Quality(len(truth), int(is_right.sum()), tuple(labels), tuple(_bins(np.asarray(confidences), is_right)))


def _bins(confidences: npt.NDArray[np.floating], is_right: npt.NDArray[np.bool_]) -> list[Bin]:
    where = np.minimum((confidences * BINS).astype(np.int64), BINS - 1)
    found = []
    for index in range(BINS):
        inside = where == index
        if count := int(inside.sum()):
            low, high = index / BINS, (index + 1) / BINS
            found.append(Bin(low, high, count, float(confidences[inside].mean()), float(is_right[inside].mean())))
    return found
