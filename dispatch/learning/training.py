"""Training: rows of text and label in, a calibrated model with its figures out. Deterministic; the only part that needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from dispatch.kernel.errors import DomainError
from dispatch.learning import calibration, model_file
from dispatch.learning.calibration import Calibration
from dispatch.learning.features import Vocabulary
from dispatch.learning.likeness import families
from dispatch.learning.matrix import matrix, vocabulary_of
from dispatch.learning.model import Model
from dispatch.learning.ngrams import Places
from dispatch.learning.quality import Quality, quality
from dispatch.learning.rows import LONGEST_TEXT, Row, row_digest, training_digest

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# How strongly the linear model follows its rows (found on real complaints; more gains little and takes twice as long).
STRENGTH: Final = 0.5
FOLDS: Final = 4
LEAST_ROWS: Final = 2  # per label: one to learn from, one to look at
MOST_ROWS: Final = 60_000
UNTESTED_SHARPNESS: Final = 2.0
NAMED: Final = 5

Scores = npt.NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """A model, what it was made of and how good it is on rows it had not seen.

    ``found``: None where there are too few rows to keep some of them back. ``row_digests``: see ``rows.row_digest``, sorted.
    """

    model: Model
    rows: int
    families: int
    training_digest: str
    row_digests: bytes
    found: Quality | None
    trained_at: datetime

    def metrics(self) -> dict[str, Any]:
        """For the record."""
        tested = self.found.as_json() if self.found else None
        return {"families": self.families, "runs": len(self.model.vocabulary), "folds": FOLDS, "unseen": tested}


def train(
    rows: Sequence[Row], at: datetime, say: Say = lambda _words: None, *, least_texts: int | None = None
) -> TrainedModel:
    """A model of ``rows``, whatever their order; the same rows give the same digest.

    ``least_texts``: a run counts when so many texts hold it; None: by how many texts there are.
    Its figures come from parts of the rows kept back in turn, whole families of repeats together; its calibration too.
    Raises ``training.no_rows``, ``training.one_label``, ``training.too_few`` and ``training.too_many``.
    """
    kept = sorted(Row(row.text[:LONGEST_TEXT], row.label) for row in rows)
    labels = _labels(kept)
    texts = [row.text for row in kept]
    truth = np.array([labels.index(row.label) for row in kept], dtype=np.int64)
    say(f"读入 {len(kept)} 行，{len(labels)} 个分类；正在统计字词 …")
    vocabulary = vocabulary_of(texts, len(labels), least_texts)
    held = matrix(vocabulary, texts)
    family = families(texts)
    fold = folds(truth, family)
    say(f"{len(vocabulary)} 个字词片段，{len(set(family.tolist()))} 组互不重复的诉求；正在训练并检验 …")
    scores = _unseen(held, truth, fold, len(labels), say)
    fitted = _calibrated(scores, truth, len(labels))
    model = _model(labels, vocabulary, _weights(held, truth, len(labels)), fitted)
    return TrainedModel(
        model=model,
        rows=len(kept),
        families=len(set(family.tolist())),
        training_digest=training_digest(kept),
        row_digests=b"".join(sorted({row_digest(text) for text in texts})),
        found=_quality(labels, scores, truth, fitted),
        trained_at=at,
    )


def _model(
    labels: tuple[str, ...], vocabulary: Vocabulary, fitted: tuple[Scores, Scores], calibrated: Calibration
) -> Model:
    weights, bias = (part.astype(np.float32) for part in fitted)
    unsigned = Model(labels, vocabulary, weights, bias, calibrated.sharpness, calibrated.shift, digest="")
    return replace(unsigned, digest=model_file.digest_of(unsigned))


def folds(truth: Places, family: Places) -> Places:
    """The part (0 to 3) of each row: families stay whole, and each label is spread over all parts."""
    first = {one: int(truth[index]) for index, one in reversed(list(enumerate(family.tolist())))}
    place = {one: index % FOLDS for index, one in enumerate(sorted(first, key=lambda one: (first[one], one)))}
    return np.array([place[one] for one in family.tolist()], dtype=np.int64)


def _labels(rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels in order. Raises where no model can come of these rows, with what is needed."""
    if not rows:
        raise DomainError("training.no_rows", "没有可用于训练的行。")
    if len(rows) > MOST_ROWS:
        raise DomainError("training.too_many", f"最多用 {MOST_ROWS} 行训练，实有 {len(rows)} 行；请取最近的一段。")
    counts = Counter(row.label for row in rows)
    if len(counts) == 1:
        raise DomainError("training.one_label", f"所有行都是“{next(iter(counts))}”；至少需要两个分类。")
    few = sorted(label for label, count in counts.items() if count < LEAST_ROWS)
    if few:
        named = "、".join(f"“{label}”" for label in few[:NAMED]) + ("等" if len(few) > NAMED else "")
        told = f"每个分类至少需要 {LEAST_ROWS} 行；{len(few)} 个分类不足：{named}。请补充，或去掉这些行。"
        raise DomainError("training.too_few", told, labels=few)
    return tuple(sorted(counts))


def _unseen(held: csr_matrix, truth: Places, fold: Places, labels: int, say: Say) -> Scores | None:
    """The scores of every row by a model that has not seen its family; None where a part would leave nothing to learn."""
    scores = np.zeros((len(truth), labels))
    for part in range(FOLDS):
        inside = fold == part
        if not inside.any() or len(set(truth[~inside].tolist())) <= 1:
            return None
        weights, bias = _weights(held[~inside], truth[~inside], labels)
        scores[inside] = held[inside] @ weights + bias
        say(f"检验 {part + 1}/{FOLDS}")
    return scores


def _weights(held: csr_matrix, truth: Places, labels: int) -> tuple[Scores, Scores]:
    """Run × label and per label: one against the rest, rare labels weighing as much as frequent ones."""
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=0, dual=True, max_iter=4_000).fit(held, truth)
    weights, bias = np.zeros((held.shape[1], labels)), np.full(labels, -1.0)
    if len(fitted.classes_) == 1 + len(fitted.coef_):  # of two labels only the second one's side is told
        weights[:, fitted.classes_] = np.stack((-fitted.coef_[0], fitted.coef_[0]), axis=1)
        bias[fitted.classes_] = (-fitted.intercept_[0], fitted.intercept_[0])
    else:
        weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return weights, bias


def _calibrated(scores: Scores | None, truth: Places, labels: int) -> Calibration:
    if scores is None:
        return Calibration(UNTESTED_SHARPNESS, np.zeros(labels, dtype=np.float32))
    return calibration.fit(scores, truth)


def _quality(labels: tuple[str, ...], scores: Scores | None, truth: Places, fitted: Calibration) -> Quality | None:
    if scores is None:
        return None
    shares = calibration.applied(scores, fitted)
    answers = [labels[place] for place in shares.argmax(axis=1)]
    return quality([labels[place] for place in truth], answers, shares.max(axis=1).tolist())
