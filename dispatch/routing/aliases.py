"""How people name a place: the forms of a unit's official name, each with the weight of its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from dispatch.routing.datasets import rows
from dispatch.routing.normalise import is_han

DISTRICT: Final = "district"
TOWNSHIP: Final = "township"
COMMUNITY: Final = "community"

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


class PlaceUnit(NamedTuple):
    """What the gazetteer needs of a unit; kinds other than district, township and community name no place."""

    code: str
    name: str
    kind: str
    parent_code: str


class Form(StrEnum):
    """How a name was shortened; the better form of the same words hides the lesser one."""

    OFFICIAL = "official"
    USUAL = "usual"
    COMMUNITY = "community"
    SHORT = "short"
    LONG_BARE = "long_bare"
    BARE = "bare"
    PHRASE = "phrase"


# Evidence that a form gives, of 100. A form is listed before the forms that it hides.
STRENGTH: Final = {
    Form.OFFICIAL: 100,
    Form.USUAL: 92,
    Form.COMMUNITY: 84,
    Form.SHORT: 60,
    Form.LONG_BARE: 70,
    Form.BARE: 62,
    Form.PHRASE: 0,
}
RANK: Final = {form: place for place, form in enumerate(STRENGTH)}


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form: its words, the form, and the codes of all units that are called so, sorted."""

    words: str
    form: Form
    kind: str
    codes: tuple[str, ...]

    @property
    def strength(self) -> int:
        """Evidence of this form, 0–100."""
        """Evidence of this form, 0–100."""
        return STRENGTH[self.form]


def collect(units: Iterable[PlaceUnit]) -> list[Alias]:
    """All aliases of the units, sorted by words: every form once, with the units of its best form only."""
    ordered = sorted(units)
    district_cores = {district_core(unit.name) for unit in ordered if unit.kind == DISTRICT}
    found: dict[str, dict[tuple[Form, str], list[str]]] = {}
    for unit in ordered:
        for words, form in _forms(unit, district_cores):
            codes = found.setdefault(words, {}).setdefault((form, unit.kind), [])
            if unit.code not in codes:
                codes.append(unit.code)
    for row in rows("false_friends"):
        if row["kind"] == "phrase":
            found[row["word"]] = {(Form.PHRASE, ""): []}
    parents = {unit.code: unit.parent_code for unit in ordered}
    return [_best(words, found[words], parents) for words in sorted(found)]


def _best(words: str, options: dict[tuple[Form, str], list[str]], parents: Mapping[str, str]) -> Alias:
    form, kind = min(options, key=lambda option: (RANK[option[0]], option[1]))
    codes = options[form, kind]
    if form is Form.SHORT and kind == TOWNSHIP:
        # 十里堡 is a town of 密云 and a community of 朝阳: a namesake in another district stays a rival.
        districts = {parents.get(code, "") for code in codes}
        namesakes = options.get((Form.BARE, COMMUNITY), []) + options.get((Form.LONG_BARE, COMMUNITY), [])
        codes = codes + [code for code in namesakes if parents.get(parents.get(code, ""), "") not in districts]
    return Alias(words, form, kind, tuple(codes))


def _forms(unit: PlaceUnit, district_cores: set[str]) -> Iterator[tuple[str, Form]]:
    if unit.kind == DISTRICT:
        yield from _district_forms(unit.name)
    elif unit.kind == TOWNSHIP:
        yield from _township_forms(unit.name, district_cores)
    elif unit.kind == COMMUNITY:
        yield from _community_forms(unit.name)


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
    if sum(map(is_han, core)) >= _SHORTEST_BARE_COMMUNITY and core not in common_words() and core[-1] not in _ROADS:
        yield core, Form.LONG_BARE if len(core) >= _LONG_BARE_COMMUNITY else Form.BARE


@cache
def common_words() -> frozenset[str]:
    """Everyday words that are also place names: they never stand for the place without their suffix."""
    return frozenset(row["word"] for row in rows("false_friends") if row["kind"] == "word")
