"""A GeoJSON file of territories, read with suspicion: what each feature says, or what is wrong with it. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from dispatch.exchange.csvfile import UnreadableFile
from dispatch.places.datum import to_wgs84

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_FEATURES: Final = 20_000
MOST_POINTS: Final = 200_000
_LEAST_RING: Final = 4
_WHERE: Final = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")
# What the geometry library says, by its first words.
SHAPE_FAULTS: Final = {
    "Self-intersection": "多边形自相交",
    "Ring Self-intersection": "边界自相接",
    "Hole lies outside": "内环在外环之外",
    "Nested": "多边形互相套叠",
    "Interior is disconnected": "多边形内部不连通",
    "Too few points": "点数太少",
    "Duplicate Rings": "有重复的环",
    "": "多边形有误",
}
FAULTS: Final = {
    **SHAPE_FAULTS,
    "kind": "应为 Polygon 或 MultiPolygon",
    "empty": "没有坐标",
    "point": "坐标应为 [经度, 纬度]，经度 -180 到 180，纬度 -90 到 90",
    "ring": f"每个环至少 {_LEAST_RING} 个点",
    "open": "多边形没有闭合：首尾两点应相同",
    "many": f"一个辖区至多 {MOST_POINTS} 个点",
    "unit_unknown": "没有这个单位，或单位已撤销",
    "name_unknown": "没有叫这个名称的单位",
    "name_many": "有几个单位叫这个名称，请写明编码",
    "unit_none": "要素应有 code 或 name 属性",
    "unit_kind": "只有区、街道(乡镇)、社区(村)有辖区范围",
    "twice": "同一单位在文件中重复",
}


class Feature(NamedTuple):
    """One territory as the file has it: its number from 1, the unit's code and name (each may be empty), and the geometry."""

    number: int
    code: str
    name: str
    geometry: dict[str, Any]


def read(content: bytes) -> list[Feature]:
    """The features of a file. Raises :class:`UnreadableFile` where it is no GeoJSON at all."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile("geojson_too_big", f"文件超过 {MOST_BYTES // 1024 // 1024} MB")
    try:
        document = json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise UnreadableFile("geojson_unreadable", "不是合法的 JSON:嵌套过深") from None
    except json.JSONDecodeError as error:
        raise UnreadableFile("geojson_unreadable", f"不是合法的 JSON:第 {error.lineno} 行", line=error.lineno) from None
    except ValueError:
        raise UnreadableFile("geojson_unreadable", "不是合法的 JSON,或不是 UTF-8 编码") from None
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document] if kind == "Feature" else None
    if not isinstance(features, list):
        raise UnreadableFile("geojson_shape", "应为 GeoJSON 的 FeatureCollection 或 Feature")
    if not features or len(features) > MOST_FEATURES:
        raise UnreadableFile("geojson_shape", f"应有 1 到 {MOST_FEATURES} 个要素")
    return [_feature(number, feature) for number, feature in enumerate(features, start=1)]


def _feature(number: int, feature: Any) -> Feature:
    if not isinstance(feature, dict):
        return Feature(number, "", "", {})
    properties = feature.get("properties")
    named = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    return Feature(
        number, _text(named.get("code")), _text(named.get("name")), geometry if isinstance(geometry, dict) else {}
    )


def plain(geometry: dict[str, Any]) -> dict[str, Any]:
    """A sound geometry as given, without heights and whatever else stood beside its coordinates."""
    polygons = [[[point[:2] for point in ring] for ring in rings] for rings in _polygons(geometry)]
    return {"type": geometry["type"], "coordinates": polygons[0] if geometry["type"] == "Polygon" else polygons}


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def fault_of(geometry: dict[str, Any]) -> tuple[str, str] | None:
    """(what is wrong, where) with a geometry: its kind, its numbers, an open ring, crossing lines; None where it is sound.

    ``where`` is ``longitude,latitude`` as the file has them, empty where no single point is at fault.
    """
    reason = next(_shape_faults(geometry), None)
    if reason is not None:
        return reason, ""
    import shapely

    said = shapely.is_valid_reason(_geometry(geometry))
    if said == "Valid Geometry":
        return None
    where = _WHERE.search(said)
    reason = next(words for start, words in SHAPE_FAULTS.items() if said.startswith(start))
    return reason, f"{where[1]},{where[2]}" if where else ""


def wkb_of(geometry: dict[str, Any], datum: str) -> bytes:
    """A sound geometry as WKB in WGS-84."""
    import numpy as np
    import shapely

    def move(points: Any) -> Any:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], datum, np))

    moved: bytes = shapely.to_wkb(shapely.transform(_geometry(geometry), move))
    return moved


def _geometry(geometry: dict[str, Any]) -> Any:
    import shapely

    polygons = [shapely.Polygon(_flat(rings[0]), [_flat(ring) for ring in rings[1:]]) for rings in _polygons(geometry)]
    return polygons[0] if geometry["type"] == "Polygon" else shapely.MultiPolygon(polygons)


def _flat(ring: list[Any]) -> list[tuple[float, float]]:
    return [(point[0], point[1]) for point in ring]


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    found = geometry["coordinates"]
    return [found] if geometry["type"] == "Polygon" else list(found)


def _shape_faults(geometry: dict[str, Any]) -> Iterator[str]:
    if geometry.get("type") not in ("Polygon", "MultiPolygon") or not isinstance(geometry.get("coordinates"), list):
        yield FAULTS["kind"]
        return
    polygons = _polygons(geometry)
    if not polygons or not all(isinstance(rings, list) and rings for rings in polygons):
        yield FAULTS["empty"]
        return
    count = 0
    for ring in (ring for rings in polygons for ring in rings):
        if not isinstance(ring, list) or not all(_is_point(point) for point in ring):
            yield FAULTS["point"]
            return
        count += len(ring)
        if len(ring) < _LEAST_RING:
            yield FAULTS["ring"]
        elif ring[0][:2] != ring[-1][:2]:
            yield FAULTS["open"]
    if count > MOST_POINTS:
        yield FAULTS["many"]


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(value, int | float) and not isinstance(value, bool) for value in point[:2])
        and all(abs(value) <= limit and math.isfinite(value) for value, limit in zip(point, (180, 90), strict=False))
    )
