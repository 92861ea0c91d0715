"""Where a matter lies: a person's choice, else what its words name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.kernel.errors import DomainError
from dispatch.routing.matter import Matter

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference

CERTAIN = 100


@dataclass(frozen=True, slots=True)
class Place:
    """How well the place is known (``township``, ``district``, ``none``), how sure that is, 0–100, and what it may be instead."""

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


def place_of(matter: Matter, reference: Reference) -> Place:
    """The place of ``matter``. Raises ``place.unknown``: a chosen code that no unit in effect has."""
    if matter.place_code:
        return _chosen(matter.place_code, reference)
    found = reference.gazetteer.locate(matter.said, matter.address)
    township = found.unit_code if found.kind == "township" else None
    candidates = tuple(candidate.code for candidate in found.candidates)
    return Place(found.kind, township, found.district_code, found.confidence, candidates, found.reason_zh)


def _chosen(code: str, reference: Reference) -> Place:
    if code not in reference.by_code:
        raise DomainError("place.unknown", "没有这个地点代码，请重新选择。", field="place_code")
    gazetteer = reference.gazetteer
    township, district = gazetteer.township_of(code), gazetteer.district_of(code)
    kind = "township" if township else "district" if district else "none"
    return Place(kind, township, district, CERTAIN, (), f"人工选定地点：{reference.by_code[code].name}")
