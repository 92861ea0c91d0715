"""How people write a name: the forms of an official name, each with the weight of its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from dispatch.routing.datasets import rows
from dispatch.routing.normalise import is_han

CITY: Final = "city"
DISTRICT: Final = "district"
TOWNSHIP: Final = "township"
COMMUNITY: Final = "community"
PLACE: Final = "place"
ROAD: Final = "road"
OUTSIDE: Final = "outside"

_DISTRICT_SUFFIXES: Final = ("新区", "区", "县", "市", "旗")
_MINORITIES: Final = ("满族", "回族", "蒙古族", "朝鲜族", "苗族", "土家族", "彝族", "壮族", "藏族", "侗族", "瑶族")
_TOWNSHIP_SUFFIXES: Final = ("街道", "地区", "民族乡", "镇", "乡")
_OFFICES: Final = (
    "社区居民居委会",
    "社区居民委员会",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "居委会",
    "村委会",
    "社区",
)
_SHORTEST_BARE_COMMUNITY: Final = 3
_LONG_BARE_COMMUNITY: Final = 4
# A community named after a road says little where the road alone is named: roads are longer than communities.
_ROADS: Final = frozenset("路街")
_ESTATE: Final = "小区"


class PlaceUnit(NamedTuple):
    """What the gazetteer needs of a unit; kinds other than district, township and community name no place."""

    code: str
    name: str
    kind: str
    parent_code: str


class NamedPlace(NamedTuple):
    """What the gazetteer needs of an estate, a stretch of road, a landmark; ``unit_code``: the community or township it lies in.

    ``road_from`` to ``road_to`` with ``parity`` (``all``, ``odd``, ``even``) are the house numbers of a stretch; None: all.
    """

    place_id: int
    name: str
    kind: str
    unit_code: str
    aliases: tuple[str, ...] = ()
    road_from: int | None = None
    road_to: int | None = None
    parity: str | None = None

    def has_number(self, number: int) -> bool:
        """Whether the house of that number stands on this stretch."""
        if self.road_from is None or self.road_to is None:
            return True
        is_odd = number % 2 == 1
        return self.road_from <= number <= self.road_to and (
            self.parity in (None, "all") or (self.parity == "odd") == is_odd
        )


class Form(StrEnum):
    """How a name was shortened; the better form of the same words hides the lesser one."""

    OFFICIAL = "official"
    USUAL = "usual"
    COMMUNITY = "community"
    SHORT = "short"
    LONG_BARE = "long_bare"
    BARE = "bare"
    PLACE = "place"
    PLACE_SHORT = "place_short"
    STREET = "street"
    TINY = "tiny"
    PHRASE = "phrase"
    OUTSIDE = "outside"


# Evidence that a form gives, of 100. A form is listed before the forms that it hides.
STRENGTH: Final = {
    Form.OFFICIAL: 100,
    Form.USUAL: 92,
    Form.COMMUNITY: 84,
    Form.PLACE: 84,
    Form.PLACE_SHORT: 70,
    Form.SHORT: 60,
    Form.LONG_BARE: 70,
    Form.BARE: 62,
    Form.TINY: 56,
    Form.STREET: 55,
    Form.PHRASE: 0,
    Form.OUTSIDE: 0,
}


def unit_forms(unit: PlaceUnit, district_cores: set[str]) -> Iterator[tuple[str, Form]]:
    """The written forms of a unit's name, the unit of any kind."""
    if unit.kind == DISTRICT:
        yield from _district_forms(unit.name)
    elif unit.kind == TOWNSHIP:
        yield from _township_forms(unit.name, district_cores)
    elif unit.kind == COMMUNITY:
        yield from _community_forms(unit.name)


def place_forms(place: NamedPlace, district_cores: set[str]) -> Iterator[tuple[str, Form]]:
    """The written forms of a place's names. Latin names are typed, not written: no complaint names 望京 by its initials."""
    for name in (place.name, *place.aliases):
        if name.isascii():
            if name is place.name:
                yield name, Form.TINY
            continue
        if place.kind == ROAD:
            yield name, Form.STREET
            continue
        if name in district_cores:
            yield f"{name}{_ESTATE}", Form.PLACE
            continue
        if name in common_words():
            yield f"{name}{_ESTATE}", Form.PLACE
            yield name, Form.TINY
            continue
        yield name, _place_form(name)
        core = name.removesuffix(_ESTATE)
        if core == name:
            yield f"{name}{_ESTATE}", Form.PLACE
        if len(core) >= _SHORTEST_BARE_COMMUNITY and core != name and core not in common_words():
            yield core, Form.PLACE_SHORT


def _place_form(name: str) -> Form:
    if len(name) >= _LONG_BARE_COMMUNITY:
        return Form.PLACE
    return Form.PLACE_SHORT if len(name) >= _SHORTEST_BARE_COMMUNITY else Form.TINY


def spoken(kind: str, name: str) -> Iterator[tuple[str, Form]]:
    """The written forms of a district's, township's or community's name; of any other kind none."""
    yield from unit_forms(PlaceUnit("", name, kind, ""), set())


def district_core(name: str) -> str:
    """朝阳区 → 朝阳; a name whose core would be one character stays whole."""
    for suffix in _DISTRICT_SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    return name


def township_core(name: str) -> str:
    """八里庄街道 → 八里庄, 于家务回族乡 → 于家务; 张镇 stays 张镇."""
    for suffix in _TOWNSHIP_SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            core = name[: -len(suffix)]
            for people in _MINORITIES:
                if core.endswith(people) and len(core) - len(people) >= 2:
                    return core[: -len(people)]
            return core
    return name


def community_core(name: str) -> str:
    """多福巷社区居委会 → 多福巷, 东风村村委会 → 东风村."""
    for office in _OFFICES:
        if name.endswith(office) and len(name) > len(office):
            return name[: -len(office)]
    return name


def _district_forms(name: str) -> Iterator[tuple[str, Form]]:
    yield name, Form.OFFICIAL
    core = district_core(name)
    if core != name:
        yield core, Form.SHORT


def _township_forms(name: str, district_cores: set[str]) -> Iterator[tuple[str, Form]]:
    yield name, Form.OFFICIAL
    core = township_core(name)
    if core == name:
        return
    # An X地区 also goes by X乡 or X镇; a 民族乡 also goes without the people's name.
    if name.endswith("地区"):
        yield f"{core}乡", Form.USUAL
        yield f"{core}镇", Form.USUAL
    if name.endswith("乡"):
        yield f"{core}乡", Form.USUAL
    if core in district_cores or core in common_words():
        return
    yield f"{core}地区", Form.USUAL
    yield core, Form.SHORT


def _community_forms(name: str) -> Iterator[tuple[str, Form]]:
    yield name, Form.COMMUNITY
    core = community_core(name)
    is_village = name.endswith(("村委会", "村民委员会", "村"))
    if is_village:
        yield core if core.endswith("村") and len(core) > 2 else f"{core}村", Form.COMMUNITY
    else:
        yield f"{core}社区", Form.COMMUNITY
        yield f"{core}居委会", Form.COMMUNITY
    if core in common_words():
        yield core, Form.TINY
        return
    if sum(map(is_han, core)) < _SHORTEST_BARE_COMMUNITY:
        if len(core) == 2 and all(map(is_han, core)):
            yield core, Form.TINY
    elif core[-1] in _ROADS:
        yield core, Form.STREET
    else:
        yield core, Form.LONG_BARE if len(core) >= _LONG_BARE_COMMUNITY else Form.BARE


@cache
def common_words() -> frozenset[str]:
    """Everyday words that are also place names: they never stand for the place without their suffix."""
    return frozenset(row["word"] for row in rows("false_friends") if row["kind"] == "word")
