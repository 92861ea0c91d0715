"""The outlines of a district's townships as paths of a drawing, where every one of them has its ground on record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from dispatch.board.layout import HEIGHT, WIDTH
from dispatch.board.rollup import Block
from dispatch.directory.snapshot import Reference

Paths = Mapping[str, tuple[str, float, float]]
_MARGIN: Final = 6.0
_FINEST: Final = 0.8  # finer lines than a dot of the wall are not seen
_EAST_BY_NORTH: Final = 0.77  # a degree of longitude beside one of latitude, where the cities are


def paths_of(city: Reference, block: Block) -> Paths | None:
    """Outline and the point for the words by township; None where a ground is missing: then tiles tell more."""
    shapes = city.territory.shapes
    wanted = tuple((tile.code, shapes[tile.code]) for tile in block.tiles if tile.code in shapes)
    return _drawn(wanted) if block.tiles and len(wanted) == len(block.tiles) else None


@lru_cache(maxsize=64)
def _drawn(grounds: tuple[tuple[str, bytes], ...]) -> Paths:
    """Drawn once per district and its grounds: they change a few times a year."""
    import shapely
    from shapely import affinity

    shapes = {
        code: affinity.scale(shapely.from_wkb(shape), _EAST_BY_NORTH, 1, origin=(0, 0)) for code, shape in grounds
    }
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    scale = min((WIDTH - 2 * _MARGIN) / max(east - west, 1e-9), (HEIGHT - 2 * _MARGIN) / max(north - south, 1e-9))
    left = (WIDTH - (east - west) * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2
    matrix = [scale, 0, 0, -scale, left - west * scale, top + north * scale]
    drawn = {}
    for code, shape in shapes.items():
        placed = affinity.affine_transform(shape, matrix)
        words = shapely.maximum_inscribed_circle(placed).coords[0] if placed.area else (0.0, 0.0)
        drawn[code] = (_path(placed.simplify(_FINEST)), round(words[0], 1), round(words[1], 1))
    return drawn


def _path(shape: Any) -> str:
    rings = [ring for one in getattr(shape, "geoms", [shape]) for ring in (one.exterior, *one.interiors)]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
