"""Scores into probabilities: one sharpness for all labels and a shift for each, fitted to answers about unseen rows."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.learning.model import softmax
from dispatch.learning.ngrams import Floats, Places

STEPS: Final = 200
# Keeps the shifts of labels with a handful of rows near 0.
SHIFT_COST: Final = 0.01
SHARPEST: Final = 50.0


class Calibration(NamedTuple):
    """What multiplies the scores, and what is added to those of each label."""

    sharpness: float
    shift: Floats


def fit(scores: npt.NDArray[np.float64], truth: Places) -> Calibration:
    """The calibration that makes the truth (label's place per row) most likely; deterministic (L-BFGS from 1 and 0)."""
    from scipy.optimize import minimize

    count, labels = scores.shape
    is_so = np.zeros((count, labels))
    is_so[np.arange(count), truth] = 1.0

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        shares = softmax(scores * point[0] + point[1:])
        likely = -np.log(np.maximum(shares[np.arange(count), truth], 1e-12)).mean()
        excess = (shares - is_so) / count
        cost = SHIFT_COST * float(point[1:] @ point[1:]) / 2
        slope = np.concatenate(([(excess * scores).sum()], excess.sum(axis=0) + SHIFT_COST * point[1:]))
        return likely + cost, slope

    start = np.concatenate(([1.0], np.zeros(labels)))
    bounds = [(0.01, SHARPEST), *[(None, None)] * labels]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS})
    return Calibration(round(float(found.x[0]), 6), np.round(found.x[1:], 6).astype(np.float32))


def applied(scores: npt.NDArray[np.float64], fitted: Calibration) -> npt.NDArray[np.floating]:
    """Probabilities, row × label."""
    return softmax(scores * fitted.sharpness + fitted.shift)
