"""派单决定: a matter in, a unit out, with the reasons and versions that make it reproducible (design §7).

Order: alarm words → decline grounds (hinted, a person confirms) → place → category → catalogue entry → certain enough for
direct dispatch, or the top three for a person. What the machine alone would have said is kept beside a person's choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import DomainError
from dispatch.routing.catalogue import DISTRICT, TOWNSHIP, Entry, unit_code
from dispatch.routing.categories import alarms
from dispatch.routing.classifying import About, about
from dispatch.routing.datasets import dataset_version
from dispatch.routing.decline_hints import DeclineHint, decline_hints
from dispatch.routing.duties import ORDINARY, refused
from dispatch.routing.locating import CERTAIN, Place, place_of
from dispatch.routing.matter import Matter

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference

__all__ = ["Decision", "Machine", "Matter", "decide"]

MOST_CANDIDATES: Final = 3
_TABLES: Final = ("alarm_words", "decline_words")

Judge = Callable[[Matter], About]


@dataclass(frozen=True, slots=True)
class Machine:
    """What routing alone says, whatever a person chose: the best unit, sure enough or not, and the category.

    ``confidence`` and ``certainty`` 0–100; ``label``: the trained model's word, with its ``likelihood`` 0–1.
    """

    unit_code: str | None
    confidence: int
    category: str | None
    certainty: int
    label: str | None = None
    likelihood: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For the ticket row and the event; the label is one of the taxonomy's or the office's own, never the citizen's words."""
        return {
            "unit": self.unit_code,
            "confidence": self.confidence,
            "category": self.category,
            "certainty": self.certainty,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Who should act. ``unit_code`` None: a person decides among ``candidates``. ``confidence`` 0–100. ``reasons`` in Chinese,
    made of official names and table keywords only, never of the citizen's words. ``chosen``: what a person chose, of
    ``category``, ``place``, ``place_id``, ``point`` (its datum) and ``unit``. ``hints``: grounds of art 11 that a person may
    confirm. ``supports`` and ``limit``: what the catalogue's entry says, empty where nothing."""

    unit_code: str | None
    candidates: tuple[str, ...]
    category: str | None
    urgency: str
    place_code: str | None
    confidence: int
    reasons: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    machine: Machine
    chosen: tuple[tuple[str, str], ...] = ()
    hints: tuple[DeclineHint, ...] = ()
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
            "machine": self.machine.as_json(),
            "chosen": dict(self.chosen),
            "hints": [hint.ground for hint in self.hints],
            "supports": list(self.supports),
            "limit": self.limit,
        }


class _Verdict(NamedTuple):
    """Who should act, how sure that is (0–100), and why."""

    unit_code: str | None
    confidence: int
    reason: str


def decide(matter: Matter, reference: Reference, at: datetime, *, judge: Judge | None = None) -> Decision:
    """Decide for ``matter`` under ``reference``; the same inputs and versions give the same decision.

    ``judge``: who says what a matter is about; by default the keywords of the taxonomy in force. A person's choices win.
    Raises ``place.unknown``, ``category.unknown`` and ``unit.unknown`` for choices that name nothing in effect.
    """
    judge = judge or (lambda one: about(one, reference.taxonomy))
    bare = matter.unchosen()
    place, category = place_of(bare, reference), judge(bare)
    entry, missing = _entry(matter, place, category, reference)
    verdict = _by_entry(entry, missing, place, category, reference)
    machine = Machine(
        *verdict[:2], category.code, category.certainty, label=category.label, likelihood=category.likelihood
    )
    if matter.is_chosen:
        place = place_of(matter, reference) if matter.is_placed else place
        category = judge(matter) if matter.category else category
        entry, missing = _entry(matter, place, category, reference)
        verdict = _by_person(matter, entry, reference) or _by_entry(entry, missing, place, category, reference)
    found = alarms(matter.said)
    urgency = "critical" if found else matter.urgency  # art 29; nothing lowers what a person chose
    warnings = dict.fromkeys(f"含警示词“{alarm.word}”：{alarm.basis_zh}" for alarm in found)
    candidates = [code for code in (verdict.unit_code, place.code, *place.candidates) if code]
    is_sure = verdict.confidence >= reference.procedure.direct_confidence
    goes_by_entry = verdict.unit_code is not None and verdict.unit_code == _meant(entry.lead, place)
    return Decision(
        unit_code=verdict.unit_code if is_sure else None,
        candidates=tuple(dict.fromkeys(candidates))[:MOST_CANDIDATES],
        category=category.code,
        urgency=urgency,
        place_code=place.code,
        confidence=verdict.confidence if verdict.unit_code else 0,
        reasons=(*warnings, place.reason, category.reason, verdict.reason),
        versions=(*_versions(reference, category), ("at", instant(at))),
        machine=machine,
        chosen=_choices(matter),
        hints=decline_hints(matter.said),
        supports=_supports(entry, place, reference) if goes_by_entry else (),
        limit=entry.limit if goes_by_entry and urgency == ORDINARY else "",
    )


def _choices(matter: Matter) -> tuple[tuple[str, str], ...]:
    named = (
        ("category", matter.category),
        ("place", matter.place_code),
        ("place_id", str(matter.place_id or "")),
        ("point", matter.point.datum if matter.point else ""),  # where it is stands with the words, which can be erased
        ("unit", matter.unit_code),
    )
    return tuple((name, code) for name, code in named if code)


def _versions(reference: Reference, category: About) -> tuple[tuple[str, str], ...]:
    own = (
        ("directory", str(reference.version)),
        ("policy", reference.policy.version),
        ("taxonomy", reference.taxonomy.version),
        ("catalogue", reference.catalogue.version),
    )
    tables = tuple((name, dataset_version(name)) for name in _TABLES)
    return (*own, *tables, *((("model", category.model),) if category.model else ()))


def _entry(matter: Matter, place: Place, category: About, reference: Reference) -> tuple[Entry, str]:
    """The most specific entry whose lead there is in this city, and the leads of more specific ones that there are not."""
    about_it = (category.code or "", matter.kind, place.kind, place.township, place.district)
    entry, missing = reference.catalogue.standing(*about_it, units=reference.by_code)
    return entry, f"派单目录所列单位 {'、'.join(missing)} 不在单位目录中；" if missing else ""


def _by_person(matter: Matter, entry: Entry, reference: Reference) -> _Verdict | None:
    if not matter.unit_code:
        return None
    chosen = reference.by_code.get(matter.unit_code)
    if chosen is None:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    if entry.not_to_streets and chosen.kind == TOWNSHIP:
        raise refused(chosen, entry)
    return _Verdict(chosen.code, CERTAIN, f"人工选定单位：{chosen.name}")


def _by_entry(entry: Entry, missing: str, place: Place, category: About, reference: Reference) -> _Verdict:
    """The lead that the catalogue names here; a person where it names none. What is ``missing`` is said."""
    code = _meant(entry.lead, place)
    if code is None:
        return _Verdict(None, 0, f"{missing}派单目录：{entry.basis_zh}")
    if entry.not_to_streets and reference.by_code[code].kind == TOWNSHIP:
        # A unit may have become a township since the catalogue was checked.
        return _Verdict(None, 0, f"派单目录：{entry.basis_zh}（不得派给街道、乡镇，由人工确认）")
    why = f"{missing}派单目录：{entry.basis_zh} → {reference.by_code[code].name}"
    if code == place.code:
        # The place alone decides; without a township its district is the receiver (domain §1.3).
        return _Verdict(code, place.confidence if entry.lead == TOWNSHIP else CERTAIN, why)
    needs_place = entry.lead.startswith(DISTRICT) or bool(entry.area)
    return _Verdict(code, min(place.confidence, category.certainty) if needs_place else category.certainty, why)


def _meant(form: str, place: Place) -> str | None:
    return unit_code(form, township=place.township, district=place.district)


def _supports(entry: Entry, place: Place, reference: Reference) -> tuple[str, ...]:
    """The units in effect that help the entry's lead."""
    lead, meant = _meant(entry.lead, place), (_meant(form, place) for form in entry.supports)
    return tuple(dict.fromkeys(code for code in meant if code and code != lead and _helps(code, reference)))


def _helps(code: str, reference: Reference) -> bool:
    """The city as such deals with nothing."""
    return code in reference.by_code and reference.by_code[code].kind != "city"
