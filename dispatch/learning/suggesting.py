"""The model in force as others ask it: one per process, loaded when first needed; where it fails, nobody waits and nothing breaks.

``current_model(session)`` answers None in cold start and whenever the model is broken or slow: then keywords suggest, and
``why_absent`` says why.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Counter
from sqlalchemy.orm import Session

from dispatch.learning.standing import InForce, in_force

if TYPE_CHECKING:
    from dispatch.learning.model import LabelScore, Model
    from dispatch.learning.ngrams import Floats

MOST_LABELS_TOLD: Final = 3

# An answer takes a few milliseconds; three in a row beyond this and the operator is better served by keywords for a while.
SLOW_SECONDS: Final = 0.2
SLOW_IN_A_ROW: Final = 3
# A model that was broken or slow is tried again after this.
AGAIN_AFTER_SECONDS: Final = 60.0

FALLBACKS = Counter(
    "hotline_category_model_fallbacks",
    "How often the model in force was set aside for keywords, by reason; once per process and minute.",
    ["reason"],
)

log = structlog.get_logger("learning")


class Absence(StrEnum):
    """Why there is no model to ask."""

    COLD = "cold"
    BROKEN = "broken"
    SLOW = "slow"


WORDS: Final = {
    Absence.COLD: "还没有在用的分类模型，按关键词建议分类。",
    Absence.BROKEN: "分类模型的文件损坏或丢失，暂按关键词建议分类；请重新训练，或启用另一个模型。",
    Absence.SLOW: "分类模型回答过慢，暂按关键词建议分类；一分钟后再试。",
}


class ModelInUse:
    """The model as the decision asks it: same answers, but a failure is an empty answer, and slowness sets it aside."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._slow = 0
        self.aside: tuple[Absence, float] | None = None

    @property
    def version(self) -> str:
        """``model@<12 hex digits>``."""
        return self._model.version

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels it can answer with, verbatim as trained."""
        return self._model.labels

    @property
    def model(self) -> Model:
        """The model itself, unguarded: for evaluation."""
        return self._model

    def suggest(self, title: str, text: str, limit: int = MOST_LABELS_TOLD) -> list[LabelScore]:
        """The most probable labels, best first; empty where the model failed: then ask the keywords."""
        began = time.perf_counter()
        try:
            found = self._model.suggest(title, text, limit)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a model, the operator gets keywords
            self._set_aside(Absence.BROKEN, type(error).__name__)
            return []
        self._slow = self._slow + 1 if time.perf_counter() - began > SLOW_SECONDS else 0
        if self._slow >= SLOW_IN_A_ROW:
            self._set_aside(Absence.SLOW, f"{SLOW_IN_A_ROW} answers in a row over {SLOW_SECONDS} s")
        return found

    def suggest_many(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The best label of each text (title, newline, body) with its probability. Raises what the model raises."""
        return self._model.suggest_many(texts)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Text × label (in the order of ``labels``), each row adding up to 1. Raises what the model raises."""
        return self._model.probabilities(texts)

    def _set_aside(self, why: Absence, reason: str) -> None:
        self._slow = 0
        self.aside = why, time.monotonic()
        FALLBACKS.labels(why.value).inc()
        log.warning("category model set aside, keywords suggest", model=self.version, why=why.value, reason=reason)


class _Shelf:
    """What this process holds: one model, or why it could not be had."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._digest = ""
        self._model: ModelInUse | None = None
        self._failed_at = 0.0

    def take(self, session: Session, wanted: InForce) -> ModelInUse | Absence:
        with self._lock:
            if self._digest != wanted.digest or self._is_due():
                self._load(session, wanted)
            if self._model is None:
                return Absence.BROKEN
            return self._model.aside[0] if self._model.aside else self._model

    def clear(self) -> None:
        with self._lock:
            self._digest, self._model = "", None

    def _is_due(self) -> bool:
        """Whether what failed may be tried again."""
        since = self._failed_at if self._model is None else self._model.aside[1] if self._model.aside else None
        return since is not None and time.monotonic() - since >= AGAIN_AFTER_SECONDS

    def _load(self, session: Session, wanted: InForce) -> None:
        # numpy costs every process a tenth of a second and 25 MB: only where there is a model to load.
        from dispatch.learning import store
        from dispatch.learning.model_file import BrokenModel

        self._digest, self._model = wanted.digest, None
        try:
            self._model = ModelInUse(store.load(session, wanted))
        except BrokenModel as error:
            self._failed_at = time.monotonic()
            FALLBACKS.labels(Absence.BROKEN.value).inc()
            log.warning("category model cannot be loaded, keywords suggest", model=wanted.digest, reason=str(error))


_shelf = _Shelf()


def current_model(session: Session) -> ModelInUse | None:
    """The model in force, ready to answer; None where there is none to ask. One small query when it is loaded already."""
    found = model_or_absence(session, in_force(session))
    return found if isinstance(found, ModelInUse) else None


def why_absent(session: Session) -> Absence | None:
    """Why :func:`current_model` is None in this process, None where it is not; the sentence is in ``WORDS``."""
    found = model_or_absence(session, in_force(session))
    return None if isinstance(found, ModelInUse) else found


def forget() -> None:
    """Let the next question load the model anew (tests, and a process whose files were changed under it)."""
    _shelf.clear()


def model_or_absence(session: Session, wanted: InForce | None) -> ModelInUse | Absence:
    """Both answers about ``wanted``, the model in force; asks the database only where this process does not hold it yet."""
    return _shelf.take(session, wanted) if wanted else Absence.COLD
