"""A file of territories as one can look at it: outlines in a small picture, counts, faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dispatch.exchange.rejects import Reject
from dispatch.places.territories import Sketch

WIDTH, HEIGHT = 720.0, 480.0
_MARGIN: Final = 8.0
_FINEST: Final = 0.6  # half a dot of the picture: finer lines are not seen


@dataclass(frozen=True, slots=True)
class Outline:
    """A unit's ground as the ``d`` of an SVG path."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the preview shows. ``counts``: added, changed, unchanged."""

    outlines: tuple[Outline, ...]
    sketches: tuple[Sketch, ...]
    counts: dict[str, int]
    faults: tuple[Reject, ...]
    fault_count: int
    digest: str


def sheet_of(sketches: Sequence[Sketch], faults: Sequence[Reject], fault_count: int, *, digest: str) -> Sheet:
    """Everything the page needs; rings are thinned to what the picture can show."""
    rings = [(sketch.unit.name, list(_rings(sketch.feature.geometry))) for sketch in sketches]
    points = [point for _name, found in rings for ring in found for point in ring]
    counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
    for sketch in sketches:
        counts[sketch.what] += 1
    outlines = tuple(_outlines(rings, points)) if points else ()
    return Sheet(outlines, tuple(sketches), counts, tuple(faults), fault_count, digest)


def _rings(geometry: dict[str, Any]) -> Iterator[list[Any]]:
    found = geometry["coordinates"]
    for polygon in [found] if geometry["type"] == "Polygon" else found:
        yield from polygon


def _outlines(rings: list[tuple[str, list[list[Any]]]], points: list[Any]) -> Iterator[Outline]:
    west, east = min(point[0] for point in points), max(point[0] for point in points)
    south, north = min(point[1] for point in points), max(point[1] for point in points)
    # A degree of longitude is some three quarters of one of latitude where the cities are.
    scale = min(
        (WIDTH - 2 * _MARGIN) / max((east - west) * 0.77, 1e-9), (HEIGHT - 2 * _MARGIN) / max(north - south, 1e-9)
    )
    for name, found in rings:
        parts = []
        for ring in found:
            dots = _thin([(_MARGIN + (x - west) * 0.77 * scale, _MARGIN + (north - y) * scale) for x, y, *_ in ring])
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in dots) + "Z")
        yield Outline(name, "".join(parts))


def _thin(dots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept = dots[:1]
    for dot in dots[1:]:
        if abs(dot[0] - kept[-1][0]) >= _FINEST or abs(dot[1] - kept[-1][1]) >= _FINEST:
            kept.append(dot)
    return kept
