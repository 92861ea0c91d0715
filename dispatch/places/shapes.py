"""What a place is, as it is given: kinds, parities, and the facts of one row. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

ROAD: Final = "road"
KIND_WORDS: Final[Mapping[str, str]] = {"estate": "小区", "road": "道路", "landmark": "地标", "other": "其他地点"}
PARITY_WORDS: Final[Mapping[str, str]] = {"all": "单双号", "odd": "单号", "even": "双号"}
DATUM_WORDS: Final[Mapping[str, str]] = {"wgs84": "WGS-84（卫星定位）", "gcj02": "GCJ-02（国内地图）"}
KINDS: Final = tuple(KIND_WORDS)
PARITIES: Final = tuple(PARITY_WORDS)
# Where a place can lie: everything else is too big or no ground at all.
HOME_KINDS: Final = ("township", "community")
# Words are asked level by level; the city is named before a district and is no answer itself.
CITY_LEVEL, DISTRICT_LEVEL, TOWNSHIP_LEVEL, PLACE_LEVEL, COMMUNITY_LEVEL = -1, 0, 1, 2, 3


class Facts(NamedTuple):
    """What is said of a place besides its code; ``aliases`` sorted. Ranges are of roads; a point has its datum."""

    name: str
    kind: str
    unit_code: str
    aliases: tuple[str, ...]
    road_from: int | None
    road_to: int | None
    parity: str | None
    longitude: float | None
    latitude: float | None
    datum: str | None
