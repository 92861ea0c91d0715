"""Where a matter lies: a person's choice, else what its words name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.kernel.errors import DomainError
from dispatch.routing.matter import Matter, Point

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
    """The place of ``matter``: what a person picked, else where they pointed, else what the words name.

    Raises ``place.unknown``: a chosen code that no unit in effect has; ``territory.point_invalid``.
    """
    if matter.place_code:
        return _chosen(matter.place_code, matter.place_name, reference)
    if matter.point is not None:
        return _pointed(matter, matter.point, reference)
    return _named(matter, reference)


def _named(matter: Matter, reference: Reference) -> Place:
    found = reference.gazetteer.locate(matter.said, matter.address)
    township = found.unit_code if found.kind == "township" else None
    candidates = tuple(candidate.code for candidate in found.candidates)
    return Place(found.kind, township, found.district_code, found.confidence, candidates, found.reason_zh)


def _pointed(matter: Matter, point: Point, reference: Reference) -> Place:
    """The unit on whose ground the point surely lies; where none is sure, the words decide and the reason says both."""
    found = reference.territory.unit_at(*point)
    if found.unit_code is None or found.unit_code not in reference.by_code:
        named = _named(matter, reference)
        candidates = tuple(dict.fromkeys((*found.candidates, *named.candidates)))
        return replace(named, candidates=candidates, reason=f"{found.reason_zh}；{named.reason}")
    township, district = _around(found.unit_code, reference)
    kind = "township" if township else "district" if district else "none"
    name = reference.by_code[found.unit_code].name
    return Place(kind, township, district, CERTAIN, (), f"所选坐标落在{name}辖区内")


def _around(code: str, reference: Reference) -> tuple[str | None, str | None]:
    return reference.gazetteer.township_of(code), reference.gazetteer.district_of(code)


def _chosen(code: str, name: str, reference: Reference) -> Place:
    if code not in reference.by_code:
        raise DomainError("place.unknown", "没有这个地点代码，请重新选择。", field="place_code")
    township, district = _around(code, reference)
    kind = "township" if township else "district" if district else "none"
    return Place(kind, township, district, CERTAIN, (), f"人工选定地点：{_said(code, name, reference)}")


def _said(code: str, name: str, reference: Reference) -> str:
    """The picked place with the unit it lies in, or the unit alone."""
    unit = reference.by_code[code].name
    return f"{name}（{unit}）" if name else unit
