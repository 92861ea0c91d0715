"""What a place is, as it is given: kinds, parities, and the facts of one row. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

ROAD: Final = "road"
KINDS: Final = ("estate", "road", "landmark", "other")
PARITIES: Final = ("all", "odd", "even")
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
