"""What a matter is about: a person's choice, else the trained model, else keywords (cold start, and where the model fails)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from dispatch.kernel.errors import DomainError
from dispatch.routing.locating import CERTAIN
from dispatch.routing.matter import Matter

if TYPE_CHECKING:
    from dispatch.routing.taxonomy import CategoryScore, Taxonomy

_SHOWN: Final = 3
_WEAK: Final = 3  # one everyday word ("政策") is no certainty, even where nothing speaks against it


class Score(Protocol):
    """A label of the model, how likely it is (0–1, calibrated), and the pieces of the text that spoke for it."""

    @property
    def label(self) -> str:
        """The label, verbatim as trained."""

    @property
    def probability(self) -> float:
        """0–1, calibrated."""

    @property
    def evidence(self) -> tuple[str, ...]:
        """Pieces of the text, the strongest first."""


class Classifier(Protocol):
    """A trained model, as routing uses it."""

    @property
    def version(self) -> str:
        """``model@<12 hex>``."""

    def suggest(self, title: str, text: str, limit: int = _SHOWN) -> Sequence[Score]:
        """The most likely labels, best first; empty where the model failed."""


@dataclass(frozen=True, slots=True)
class About:
    """The category of the taxonomy in force, how sure that is (0–100) and why; ``label``: the model's own word, known here or not, with
    its ``likelihood`` 0–1; ``model``: its version.

    ``likely``: the best few codes with their certainty, for whoever decides.
    """

    code: str | None
    certainty: int
    reason: str
    label: str | None = None
    likelihood: float = 0.0
    model: str | None = None
    likely: tuple[tuple[str, int], ...] = ()


def about(matter: Matter, taxonomy: Taxonomy, model: Classifier | None = None, note: str = "") -> About:
    """What ``matter`` is about. ``note``: why there is no model, where there should be one.

    Raises ``category.unknown``: a chosen code that the taxonomy in force does not have.
    """
    if matter.category:
        chosen = taxonomy.get(matter.category)
        if chosen is None:
            raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
        return About(chosen.code, CERTAIN, f"人工选定分类：{chosen.name}", likely=((chosen.code, CERTAIN),))
    by_words = taxonomy.classify(matter.title, matter.text)
    if model is None:
        return _by_words(by_words, note)
    scores = model.suggest(matter.title, matter.text, _SHOWN)
    if not scores:
        return _by_words(by_words, "")
    judged = _by_model(scores, by_words, taxonomy)
    return replace(judged, label=scores[0].label, likelihood=scores[0].probability, model=model.version)


def _by_words(scores: Sequence[CategoryScore], note: str) -> About:
    if not scores:
        return About(None, 0, f"{note}未识别出分类")
    best, total = scores[0], sum(one.score for one in scores[:2])
    likely = tuple((one.code, CERTAIN * one.score // (total + one.score)) for one in scores[1:_SHOWN])
    certainty = min(CERTAIN * best.score // total, CERTAIN * best.score // (best.score + _WEAK))
    reason = f"{note}分类“{best.name}”，依据词：{'、'.join(best.evidence)}"
    return About(best.code, certainty, reason, likely=((best.code, certainty), *likely))


def _by_model(scores: Sequence[Score], by_words: Sequence[CategoryScore], taxonomy: Taxonomy) -> About:
    best = scores[0]
    code = taxonomy.code_of(best.label)
    if code is None:
        return _by_words(by_words, f"模型建议“{best.label}”不在分类表内；")
    certainty = round(CERTAIN * best.probability)
    known = ((taxonomy.code_of(one.label), round(CERTAIN * one.probability)) for one in scores)
    # The model's own evidence is the citizen's words: only words of the table are kept with the ticket.
    words = next((one.evidence for one in by_words if one.code == code), ())
    evidence = f"，依据词：{'、'.join(words)}" if words else ""
    reason = f"模型判断分类“{' / '.join(taxonomy.path(code))}”，把握 {certainty}%{evidence}"
    return About(code, certainty, reason, likely=tuple((one, sure) for one, sure in known if one))
