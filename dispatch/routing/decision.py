"""派单决定: a matter in, a unit out, with the reasons and versions that make it reproducible (design §7).

Order: alarm words → place → category → catalogue entry → certain enough for direct dispatch, or the top three for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import DomainError
from dispatch.routing.catalogue import TOWNSHIP, Entry, unit_code
from dispatch.routing.categories import Alarm, alarms
from dispatch.routing.datasets import dataset_version
from dispatch.routing.duties import ORDINARY, refused

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
    made of official names and table keywords only, never of the citizen's words. ``supports``: the units that help, and
    ``limit`` (empty: the limit policy decides), both as the catalogue's entry says and only where its lead is who acts."""

    unit_code: str | None
    candidates: tuple[str, ...]
    category: str | None
    urgency: str
    place_code: str | None
    confidence: int
    reasons: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    supports: tuple[str, ...] = ()
    limit: str = ""

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
            "supports": list(self.supports),
            "limit": self.limit,
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
    place, category = _place(matter, reference), _category(matter, reference)
    warnings = dict.fromkeys(f"含警示词“{alarm.word}”：{alarm.basis_zh}" for alarm in found)
    reasons = [*warnings, place.reason, category.reason]
    entry = reference.catalogue.entry(category.code or "", matter.kind, place.kind, place.township, place.district)
    unit, confidence, why = _unit(matter, place, category, entry, reference)
    candidates = [code for code in (unit, place.code, *place.candidates) if code]
    urgency = _urgency(matter, found)
    goes_by_entry = unit is not None and unit == _meant(entry.lead, place)
    return Decision(
        unit_code=unit if confidence >= reference.procedure.direct_confidence else None,
        candidates=tuple(dict.fromkeys(candidates))[:MOST_CANDIDATES],
        category=category.code,
        urgency=urgency,
        place_code=place.code,
        confidence=confidence if unit else 0,
        reasons=(*reasons, why),
        versions=(*_versions(reference), ("at", instant(at))),
        supports=_supports(entry, place, reference) if goes_by_entry else (),
        limit=entry.limit if goes_by_entry and urgency == ORDINARY else "",
    )


def _versions(reference: Reference) -> tuple[tuple[str, str], ...]:
    return (
        ("directory", str(reference.version)),
        ("policy", reference.policy.version),
        ("taxonomy", reference.taxonomy.version),
        ("catalogue", reference.catalogue.version),
        ("alarm_words", dataset_version("alarm_words")),
    )


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


def _category(matter: Matter, reference: Reference) -> _Category:
    if matter.category:
        chosen = reference.taxonomy.get(matter.category)
        if chosen is None:
            raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
        return _Category(matter.category, CERTAIN, f"人工选定分类：{chosen.name}")
    scores = reference.taxonomy.classify(matter.title, matter.text)
    if not scores:
        return _Category(None, 0, "未识别出分类")
    best, second = scores[0], scores[1].score if len(scores) > 1 else 0
    certainty = CERTAIN * best.score // (best.score + second)
    return _Category(best.code, certainty, f"分类“{best.name}”，依据词：{'、'.join(best.evidence)}")


def _unit(
    matter: Matter, place: _Place, category: _Category, entry: Entry, reference: Reference
) -> tuple[str | None, int, str]:
    """(unit, confidence, reason): a person's choice, else the catalogue's entry for category and place."""
    if matter.unit_code:
        if matter.unit_code not in reference.by_code:
            raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
        chosen = reference.by_code[matter.unit_code]
        if entry.not_to_streets and chosen.kind == TOWNSHIP:
            raise refused(chosen, entry)
        return chosen.code, CERTAIN, f"人工选定单位：{chosen.name}"
    code = _meant(entry.lead, place)
    if code is None or code not in reference.by_code:
        return None, 0, f"派单目录：{entry.basis_zh}"
    if entry.not_to_streets and reference.by_code[code].kind == TOWNSHIP:
        # A unit may have become a township since the catalogue was checked.
        return None, 0, f"派单目录：{entry.basis_zh}（不得派给街道、乡镇，由人工确认）"
    why = f"派单目录：{entry.basis_zh} → {reference.by_code[code].name}"
    if code == place.code:
        # The place alone decides; without a township its district is the receiver (domain §1.3).
        return code, place.confidence if entry.lead == TOWNSHIP else CERTAIN, why
    needs_place = entry.lead.startswith("district")
    return code, min(place.confidence, category.certainty) if needs_place else category.certainty, why


def _meant(form: str, place: _Place) -> str | None:
    return unit_code(form, township=place.township, district=place.district)


def _supports(entry: Entry, place: _Place, reference: Reference) -> tuple[str, ...]:
    """The units in effect that help the entry's lead."""
    lead, meant = _meant(entry.lead, place), (_meant(form, place) for form in entry.supports)
    return tuple(dict.fromkeys(code for code in meant if code and code != lead and _helps(code, reference)))


def _helps(code: str, reference: Reference) -> bool:
    """The city as such deals with nothing."""
    return code in reference.by_code and reference.by_code[code].kind != "city"
