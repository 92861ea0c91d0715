"""Which unit's ground a point lies on. Pure; the geometry library is loaded at the first question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from dispatch.places.datum import check_point, to_wgs84

LEVELS: Final = ("district", "township", "community")
# A centimetre: what lies nearer to a line is on it, as far as coordinates can tell.
_ON_THE_LINE: Final = 1e-7

INSIDE: Final = "inside"
BORDER: Final = "border"
OVERLAP: Final = "overlap"
OUTSIDE: Final = "outside"
NO_TERRITORY: Final = "no_territory"
REASONS: Final = {
    BORDER: "坐标在辖区分界线上，需要人工确认",
    OVERLAP: "坐标处有辖区重叠，需要人工确认",
    OUTSIDE: "坐标不在任何辖区范围内",
    NO_TERRITORY: "尚未登记辖区范围",
}


class Ground(NamedTuple):
    """A unit's territory: code, name, kind, and the shape as WKB in WGS-84."""

    code: str
    name: str
    kind: str
    shape: bytes


@dataclass(frozen=True, slots=True)
class PointFound:
    """Where a point lies: the smallest unit that holds it for sure, else None with the reason and who it may be.

    ``reason``: inside, border, overlap, outside, no_territory. ``longitude`` and ``latitude`` in WGS-84.
    """

    unit_code: str | None
    candidates: tuple[str, ...]
    reason: str
    reason_zh: str
    longitude: float
    latitude: float


class Territory:
    """The territories of one day. Immutable; shared by threads."""

    def __init__(self, grounds: Iterable[Ground]) -> None:
        self._grounds: Sequence[Ground] = sorted(ground for ground in grounds if ground.kind in LEVELS)

    def __len__(self) -> int:
        return len(self._grounds)

    @cached_property
    def shapes(self) -> Mapping[str, bytes]:
        """The grounds by unit code, as WKB in WGS-84."""
        return {ground.code: ground.shape for ground in self._grounds}

    def unit_at(self, longitude: float, latitude: float, datum: str) -> PointFound:
        """The unit on whose ground the point lies; of a community, its township and its district the smallest.

        On a border, or where two territories overlap, the unit around both, if there is one; never one of the two.
        Raises ``territory.datum_unknown`` and ``territory.point_invalid``.
        """
        check_point(longitude, latitude, datum)
        east, north = to_wgs84(longitude, latitude, datum)
        if not self._grounds:
            return PointFound(None, (), NO_TERRITORY, REASONS[NO_TERRITORY], east, north)
        within, touching = self._around(east, north)
        candidates: tuple[str, ...] = ()
        reason = OUTSIDE
        for level in reversed(LEVELS):
            inside = [ground for ground in within if ground.kind == level]
            near = [ground for ground in touching if ground.kind == level]
            if len(inside) == 1 and not near:
                return self._inside(inside[0], candidates, east, north)
            if inside or near:
                reason = reason if candidates else BORDER if near else OVERLAP
                candidates = candidates or tuple(ground.code for ground in (*inside, *near))
        return PointFound(None, candidates, reason, REASONS[reason], east, north)

    def _inside(self, ground: Ground, doubtful: tuple[str, ...], east: float, north: float) -> PointFound:
        return PointFound(ground.code, doubtful or (ground.code,), INSIDE, f"坐标位于{ground.name}辖区内", east, north)

    def _around(self, east: float, north: float) -> tuple[list[Ground], list[Ground]]:
        """(units whose ground holds the point, units on whose border it lies)."""
        import shapely

        tree, shapes, borders = self._index
        point = shapely.Point(east, north)
        found = sorted(int(place) for place in tree.query(point, predicate="dwithin", distance=_ON_THE_LINE))
        touching = [place for place in found if shapely.dwithin(borders[place], point, _ON_THE_LINE)]
        within = [place for place in found if place not in touching and shapely.contains(shapes[place], point)]
        return [self._grounds[place] for place in within], [self._grounds[place] for place in touching]

    @cached_property
    def _index(self) -> tuple[Any, Any, Any]:
        import shapely

        shapes = shapely.from_wkb([ground.shape for ground in self._grounds])
        shapely.prepare(shapes)
        return shapely.STRtree(shapes), shapes, shapely.boundary(shapes)
