"""Coordinates: WGS-84 as satellites give them, GCJ-02 as Chinese maps show them, and the way between. Pure.

GCJ-02 shifts a point by a smooth function of where it is, some 300 to 600 m, inside a rectangle around China. The shift is
known in this direction only; the way back is found by trying: take the shift off, see where it leads, correct by the rest.
"""

from __future__ import annotations

import math
from typing import Any, Final

from dispatch.kernel.errors import DomainError

WGS84: Final = "wgs84"
GCJ02: Final = "gcj02"
DATUMS: Final = (WGS84, GCJ02)

# The ellipsoid of Krasovsky, on which the shift is defined: half axis in metres, and the square of its eccentricity.
_HALF_AXIS: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
# The shift is counted from here, and is none outside of the rectangle.
_ORIGIN: Final = (105.0, 35.0)
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_ROUNDS: Final = 12
# The shift stretches distances by less than a thousandth, so each round gains three digits and more.


def check_point(longitude: float, latitude: float, datum: str) -> None:
    """Raises ``territory.datum_unknown`` and ``territory.point_invalid`` for what is no point on the earth."""
    if datum not in DATUMS:
        raise DomainError("territory.datum_unknown", f"坐标系应为 {'、'.join(DATUMS)} 之一。", field="datum")
    if not (-180 <= longitude <= 180):
        raise DomainError("territory.point_invalid", "经度应在 -180 到 180 之间。", field="longitude")
    if not (-90 <= latitude <= 90):
        raise DomainError("territory.point_invalid", "纬度应在 -90 到 90 之间。", field="latitude")


def to_wgs84(longitude: Any, latitude: Any, datum: str, lib: Any = math) -> tuple[Any, Any]:
    """A point of ``datum`` as WGS-84 (longitude, latitude), right to 1e-9 degrees; with ``lib`` numpy also arrays of points."""
    return (longitude, latitude) if datum == WGS84 else from_gcj02(longitude, latitude, lib)


def from_gcj02(longitude: Any, latitude: Any, lib: Any = math) -> tuple[Any, Any]:
    """GCJ-02 → WGS-84."""
    found = (longitude, latitude)
    for _round in range(_ROUNDS):
        shown = to_gcj02(*found, lib)
        found = (found[0] + (longitude - shown[0]), found[1] + (latitude - shown[1]))
    return found


def to_gcj02(longitude: Any, latitude: Any, lib: Any = math) -> tuple[Any, Any]:
    """WGS-84 → GCJ-02. Outside of the rectangle around China the two are the same."""
    inside = (
        (longitude >= _WEST) & (longitude <= _EAST) & (latitude >= _SOUTH) & (latitude <= _NORTH)
    )  # True is 1, also in arrays
    east, north = _shift_in_metres(longitude - _ORIGIN[0], latitude - _ORIGIN[1], lib)
    angle = latitude * lib.pi / 180
    flattening = 1 - _ECCENTRICITY_SQUARED * lib.sin(angle) ** 2
    along_meridian = _HALF_AXIS * (1 - _ECCENTRICITY_SQUARED) / flattening**1.5
    along_parallel = _HALF_AXIS / flattening**0.5 * lib.cos(angle)
    return (
        longitude + inside * east * 180 / (lib.pi * along_parallel),
        latitude + inside * north * 180 / (lib.pi * along_meridian),
    )


def _shift_in_metres(x: Any, y: Any, lib: Any) -> tuple[Any, Any]:
    """How far east and north, at ``x`` and ``y`` degrees from the origin: a slow trend and waves of three lengths."""
    bow = lib.fabs(x) ** 0.5
    common = (20 * lib.sin(6 * x * lib.pi) + 20 * lib.sin(2 * x * lib.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * bow + common
    east = east + _waves(x, (20, 1.0), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30), lib=lib)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * bow + common
    north = north + _waves(y, (20, 1.0), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30), lib=lib)
    return east, north


def _waves(at: Any, *waves: tuple[float, float], lib: Any) -> Any:
    """Two thirds of the sum of sines, each (height, half waves per degree)."""
    return sum(height * lib.sin(at * frequency * lib.pi) for height, frequency in waves) * 2 / 3
