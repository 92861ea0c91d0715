"""Suggestions for many texts at once: the same decision as intake's, the model asked in batches; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.routing.classifying import Classifier, Score, about
from dispatch.routing.decision import Decision, decide
from dispatch.routing.matter import Matter

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference
    from dispatch.learning.suggesting import ModelInUse

AT_ONCE: Final = 500
DIRECT: Final = "direct_dispatch"
AWAITING: Final = "awaiting_dispatch"
_CENT: Final = 100


class Asked(NamedTuple):
    """A row of the question: ``text`` is the title, a line end, and the body."""

    id: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A row of the answer (design §9); confidences are shares of one with 4 decimals, empty where there is nothing to be sure of."""

    id: str
    category: str
    category_confidence: str
    unit_code: str
    unit_confidence: str
    decision: str
    reasons: str


COLUMNS: Final = tuple(Suggested.__slots__)


class _Best(NamedTuple):
    """The best label of a text, without the evidence that a batch does not ask for."""

    label: str
    probability: float
    evidence: tuple[str, ...] = ()


class _Answered(NamedTuple):
    """A model that was asked already: it answers for one text only."""

    version: str
    best: tuple[str, float]

    def suggest(self, _title: str, _text: str, _limit: int = 1) -> Sequence[Score]:
        """What was answered, whatever is asked."""
        return [_Best(*self.best)]


def suggest_all(
    rows: Iterable[Asked], reference: Reference, model: ModelInUse | None, at: datetime, *, note: str = ""
) -> Iterator[Suggested]:
    """An answer for each row, in order."""
    rest = iter(rows)
    while batch := list(islice(rest, AT_ONCE)):
        matters = [_matter(row) for row in batch]
        best = model.suggest_many([row.text for row in batch]) if model else ()
        for number, (row, matter) in enumerate(zip(batch, matters, strict=True)):
            asked = _Answered(model.version, best[number]) if model else None
            yield _suggested(row, matter, reference, asked, at, note)


def _matter(row: Asked) -> Matter:
    title, has_body, body = row.text.partition("\n")
    return Matter(title if has_body else "", body if has_body else title, row.address)


def _suggested(
    row: Asked, matter: Matter, city: Reference, model: Classifier | None, at: datetime, note: str
) -> Suggested:
    made = decide(matter, city, at, judge=lambda one: about(one, city.taxonomy, model, note))
    category, sure, reasons = _category(row, made, city)
    return Suggested(
        id=row.id,
        category=category,
        category_confidence=sure,
        unit_code=made.machine.unit_code or "",
        unit_confidence=_share(made.machine.confidence) if made.machine.unit_code else "",
        decision=DIRECT if made.unit_code else AWAITING,
        reasons="；".join(dict.fromkeys(reasons)),
    )


def _category(row: Asked, made: Decision, city: Reference) -> tuple[str, str, tuple[str, ...]]:
    """The best label verbatim, else the category by words, else the last leaf, where everything else belongs."""
    machine = made.machine
    if not row.text.strip():
        return "", "", (*made.reasons, "内容为空")
    if machine.label is not None:
        return machine.label, f"{machine.likelihood:.4f}", made.reasons
    if machine.category is not None:
        return machine.category, _share(machine.certainty), made.reasons
    last = city.taxonomy.leaves()[-1]
    return last.code, _share(0), (*made.reasons, f"没有依据词，暂归“{last.name}”")


def _share(percent: int) -> str:
    return f"{percent / _CENT:.4f}"
