"""Where the demo's complaints come from: two districts with their street-townships, and a dozen departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dispatch.routing.aliases import community_core, township_core
from dispatch.routing.places import Gazetteer, PlaceUnit

# Together 58 street-townships; where these do not exist, the two districts with the most townships are taken.
_DISTRICTS: Final = ("110105", "110102")
_OFFICES: Final = ("E-01", "E-02", "E-03", "E-04", "E-05", "B-04")
_BUREAUS: Final = ("03", "04", "06")


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A street-township with the spoken names of its communities. ``is_unique``: no namesake in the whole city."""

    code: str
    name: str
    district_code: str
    district_name: str
    communities: tuple[str, ...]
    is_unique: bool
    grid: PlaceUnit | None = None  # the first of its communities, whose grid worker has a log-in

    @property
    def core(self) -> str:
        """The name without 街道, 地区, 镇 or 乡, as roads and people use it."""
        return township_core(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class DemoCity:
    """The part of the city that the demo's calls fall on."""

    districts: tuple[PlaceUnit, ...]
    places: tuple[DemoPlace, ...]
    offices: tuple[PlaceUnit, ...]
    gazetteer: Gazetteer

    @property
    def targets(self) -> tuple[str, ...]:
        """Codes of all units that get complaints: townships, then departments and enterprises."""
        return tuple(place.code for place in self.places) + tuple(office.code for office in self.offices)


def choose_city(units: Iterable[PlaceUnit]) -> DemoCity:
    """Two districts, their townships and up to twelve departments and enterprises of the given units.

    Same units, same choice. Raises ``ValueError`` when there are not two districts with townships.
    """
    ordered = sorted(units)
    by_code = {unit.code: unit for unit in ordered}
    children: dict[str, list[PlaceUnit]] = {}
    for unit in ordered:
        children.setdefault(unit.parent_code, []).append(unit)
    districts = _districts(by_code, children)
    names = [unit.name for unit in ordered if unit.kind == "township"]
    places = tuple(
        _place(unit, district, children, is_unique=names.count(unit.name) == 1)
        for district in districts
        for unit in children[district.code]
        if unit.kind == "township"
    )
    wanted = [*_OFFICES, *(f"D{district.code}-{number}" for district in districts for number in _BUREAUS)]
    offices = tuple(by_code[code] for code in wanted if code in by_code)
    return DemoCity(districts, places, offices, Gazetteer.build(ordered))


def _districts(by_code: Mapping[str, PlaceUnit], children: Mapping[str, Sequence[PlaceUnit]]) -> tuple[PlaceUnit, ...]:
    def size(district: PlaceUnit) -> int:
        return sum(unit.kind == "township" for unit in children.get(district.code, ()))

    found = [unit for unit in by_code.values() if unit.kind == "district" and size(unit)]
    found.sort(key=lambda unit: (unit.code not in _DISTRICTS, -size(unit), unit.code))
    if len(found) < len(_DISTRICTS):
        raise ValueError("演示至少需要两个有街道或乡镇的区，请先导入 units.csv")
    return tuple(found[: len(_DISTRICTS)])


def _place(
    unit: PlaceUnit, district: PlaceUnit, children: Mapping[str, Sequence[PlaceUnit]], *, is_unique: bool
) -> DemoPlace:
    below = [child for child in children.get(unit.code, ()) if child.kind == "community"]
    return DemoPlace(
        code=unit.code,
        name=unit.name,
        district_code=district.code,
        district_name=district.name,
        communities=tuple(_spoken(child.name) for child in below),
        is_unique=is_unique,
        grid=below[0] if below else None,
    )


def _spoken(name: str) -> str:
    """望京西园四区社区居委会 → 望京西园四区社区, 马各庄村委会 → 马各庄村."""
    core = community_core(name)
    if "村" in name[len(core) :]:
        return core if core.endswith("村") else f"{core}村"
    return f"{core}社区"
