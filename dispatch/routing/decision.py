"""派单决定: a matter in, a unit out, with the reasons and versions that make it reproducible (design §7).

Order: alarm words → place → category → catalogue entry → certain enough for direct dispatch, or the top three for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import DomainError
from dispatch.routing.categories import Alarm, alarms, categories, classify
from dispatch.routing.datasets import dataset_version
from dispatch.routing.tables import TOWNSHIP, responsible, responsible_unit

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference

CERTAIN = 100
MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing looks at; ``category``, ``place_code`` and ``unit_code`` are a person's choices and win."""

    title: str
    text: str
    address: str = ""
    kind: str = "complaint"
    urgency: str = "ordinary"
    category: str | None = None
    place_code: str | None = None
    unit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who should act. ``unit_code`` None: a person decides among ``candidates``. ``confidence`` 0–100. ``reasons`` in Chinese,
    made of official names and table keywords only, never of the citizen's words."""

    unit_code: str | None
    candidates: tuple[str, ...]
    category: str | None
    urgency: str
    place_code: str | None
    confidence: int
    reasons: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """For the ticket row and the event."""
        return {
            "unit": self.unit_code,
            "candidates": list(self.candidates),
            "category": self.category,
            "urgency": self.urgency,
            "place": self.place_code,
            "confidence": self.confidence,
            "reasons": list(self.reasons),
            "versions": dict(self.versions),
        }


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the matter lies: how well known (``township``, ``district``, ``none``), how sure, and what it may be instead."""

    kind: str
    township: str | None
    district: str | None
    confidence: int
    candidates: tuple[str, ...]
    reason: str

    @property
    def code(self) -> str | None:
        """The most exact unit known."""
        return self.township or self.district


@dataclass(frozen=True, slots=True)
class _Category:
    code: str | None
    certainty: int
    reason: str


def decide(matter: Matter, reference: Reference, at: datetime) -> Decision:
    """Decide for ``matter`` under ``reference``; the same inputs and versions give the same decision."""
    found = alarms(f"{matter.title}\n{matter.text}")
    place, category = _place(matter, reference), _category(matter)
    warnings = dict.fromkeys(f"含警示词“{alarm.word}”：{alarm.basis_zh}" for alarm in found)
    reasons = [*warnings, place.reason, category.reason]
    unit_code, confidence, why = _unit(matter, place, category, reference)
    candidates = [code for code in (unit_code, place.code, *place.candidates) if code]
    return Decision(
        unit_code=unit_code if confidence >= reference.procedure.direct_confidence else None,
        candidates=tuple(dict.fromkeys(candidates))[:MOST_CANDIDATES],
        category=category.code,
        urgency=_urgency(matter, found),
        place_code=place.code,
        confidence=confidence if unit_code else 0,
        reasons=(*reasons, why),
        versions=(*_versions(reference), ("at", instant(at))),
    )


def _versions(reference: Reference) -> tuple[tuple[str, str], ...]:
    tables = tuple((name, dataset_version(name)) for name in ("categories", "catalogue", "alarm_words"))
    return (("directory", str(reference.version)), ("policy", reference.policy.version), *tables)


def _urgency(matter: Matter, found: list[Alarm]) -> str:
    """Words of emergency make a matter critical (art 29); nothing lowers what a person chose."""
    return "critical" if found else matter.urgency


def _place(matter: Matter, reference: Reference) -> _Place:
    gazetteer = reference.gazetteer
    if matter.place_code:
        if matter.place_code not in reference.by_code:
            raise DomainError("place.unknown", "没有这个地点代码，请重新选择。", field="place_code")
        township = gazetteer.township_of(matter.place_code)
        district = gazetteer.district_of(matter.place_code)
        kind = "township" if township else "district" if district else "none"
        reason = f"人工选定地点：{reference.by_code[matter.place_code].name}"
        return _Place(kind, township, district, CERTAIN, (), reason)
    found = gazetteer.locate(f"{matter.title}\n{matter.text}", matter.address)
    township = found.unit_code if found.kind == "township" else None
    candidates = tuple(candidate.code for candidate in found.candidates)
    return _Place(found.kind, township, found.district_code, found.confidence, candidates, found.reason_zh)


def _category(matter: Matter) -> _Category:
    if matter.category:
        if matter.category not in categories():
            raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
        return _Category(matter.category, CERTAIN, f"人工选定分类：{categories()[matter.category].name}")
    scores = classify(matter.title, matter.text)
    if not scores:
        return _Category(None, 0, "未识别出分类")
    best, second = scores[0], scores[1].score if len(scores) > 1 else 0
    certainty = CERTAIN * best.score // (best.score + second)
    return _Category(best.code, certainty, f"分类“{best.name}”，依据词：{'、'.join(best.evidence)}")


def _unit(matter: Matter, place: _Place, category: _Category, reference: Reference) -> tuple[str | None, int, str]:
    """(unit, confidence, reason): a person's choice, else the catalogue's entry for category and place."""
    if matter.unit_code:
        if matter.unit_code not in reference.by_code:
            raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
        return matter.unit_code, CERTAIN, f"人工选定单位：{reference.by_code[matter.unit_code].name}"
    entry = responsible(category.code or "", place.kind)
    code = responsible_unit(entry, township=place.township, district=place.district)
    if code is None or code not in reference.by_code:
        return None, 0, f"派单目录：{entry.basis_zh}"
    why = f"派单目录：{entry.basis_zh} → {reference.by_code[code].name}"
    if code == place.code:
        # The place alone decides; without a township its district is the receiver (domain §1.3).
        return code, place.confidence if entry.responsible == TOWNSHIP else CERTAIN, why
    needs_place = entry.responsible.startswith("district")
    return code, min(place.confidence, category.certainty) if needs_place else category.certainty, why
