"""Addresses as people give them, made by seed from real names, with what each of them determines. Independent of the matcher."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from dispatch.routing.places import NamedPlace, PlaceUnit

OFFICES = ("社区居民居委会", "社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "居委会", "村委会", "社区")
TOWNSHIP_ENDINGS = ("街道", "地区", "民族乡", "镇", "乡")
SHARE_IN_TWO = 0.05
SHARE_WRONG = 0.15
SHARE_WITHOUT_DISTRICT = 0.3


@dataclass(frozen=True)
class Case:
    """One address: the two fields, what was meant, and every township that the written words may mean.

    ``meant`` has one element where the text determines it. ``is_slipped``: a character is wrong.
    """

    text: str
    address: str
    township: str
    meant: frozenset[str]
    is_slipped: bool
    name: str


def shipped_units() -> list[PlaceUnit]:
    packed = (files("dispatch.directory") / "data" / "beijing_units.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    return [PlaceUnit(row["code"], row["name"], row["kind"], row["parent_code"]) for row in rows]


def estates(shared: Path, units: list[PlaceUnit], seed: int) -> list[NamedPlace]:
    """The real names of estates, put into communities by seed; some into two of different townships."""
    dice = random.Random(seed)
    communities = [unit for unit in units if unit.kind == "community"]
    names = (shared / "places" / "beijing_estate_names.txt").read_text("utf-8").split("\n")
    made: list[NamedPlace] = []
    for name in sorted({name.strip() for name in names if name.strip()}):
        homes = dice.sample(communities, 2 if dice.random() < SHARE_IN_TWO else 1)
        made += [NamedPlace(len(made) + at, name, "estate", home.code) for at, home in enumerate(homes, start=1)]
    return made


class City:
    """What every written name may mean, worked out from the raw names by simple rules."""

    def __init__(self, units: list[PlaceUnit], places: list[NamedPlace]) -> None:
        self.units = {unit.code: unit for unit in units}
        self.places = places
        self.communities = [unit for unit in units if unit.kind == "community" and self.district(unit.parent_code)]
        self.meanings: dict[str, set[str]] = defaultdict(set)
        for unit in units:
            if unit.kind == "township":
                self._note({unit.name, core(unit.name, TOWNSHIP_ENDINGS)}, unit.code)
        for unit in self.communities:
            self._note(spoken(unit.name), unit.parent_code)
        for place in places:
            called = {place.name, f"{place.name}小区", place.name.removesuffix("小区")}
            self._note(called, self.township(place.unit_code))
        self.blanked: dict[str, set[str]] = defaultdict(set)
        for word in self.meanings:
            for pattern in blanked(word):
                self.blanked[pattern].add(word)

    def _note(self, words: set[str], township: str) -> None:
        for word in words:
            self.meanings[word].add(township)

    def township(self, code: str) -> str:
        unit = self.units[code]
        return unit.code if unit.kind == "township" else unit.parent_code

    def district(self, township: str) -> str:
        parent = self.units.get(self.units[township].parent_code)
        return parent.code if parent and parent.kind == "district" else ""

    def meant(self, word: str, district: str | None, *, is_slipped: bool) -> frozenset[str]:
        """The townships that ``word`` may mean; with a slip, those of every name one character away too."""
        words = {word} & self.meanings.keys()
        if is_slipped and not words:
            for pattern in blanked(word):
                words |= self.blanked.get(pattern, set())
        found = {township for one in words for township in self.meanings[one]}
        return frozenset(township for township in found if district is None or self.district(township) == district)


def spoken(name: str) -> set[str]:
    """What a community is called."""
    own = core(name, OFFICES)
    if name.endswith(("村委会", "村民委员会", "村")):
        return {name, own, own if own.endswith("村") else f"{own}村"}
    return {name, own, f"{own}社区", f"{own}居委会"}


def blanked(word: str) -> list[str]:
    """The word with each character in turn taken out of sight."""
    return [f"{word[:at]}?{word[at + 1 :]}" for at in range(len(word))]


def core(name: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)]
    return name


def cases(city: City, count: int, seed: int) -> Iterator[Case]:
    """``count`` addresses: half of communities, half of estates."""
    dice = random.Random(seed)
    letters = sorted({char for word in city.meanings for char in word if "\u4e00" <= char <= "\u9fff"})
    for number in range(count):
        if number % 2 and city.places:
            place = dice.choice(city.places)
            name, township = (
                dice.choice((place.name, place.name, f"{place.name.removesuffix('小区')}小区")),
                place.unit_code,
            )
        else:
            unit = dice.choice(city.communities)
            own = core(unit.name, OFFICES)
            short = (
                f"{own}社区"
                if not unit.name.endswith(("村委会", "村民委员会", "村"))
                else f"{own.removesuffix('村')}村"
            )
            name, township = dice.choice((unit.name, short, own if len(own) >= 3 else short)), unit.parent_code
        township = city.township(township)
        yield _case(city, dice, letters, name, township)


def _case(city: City, dice: random.Random, letters: list[str], name: str, township: str) -> Case:
    district = city.units[city.district(township)]
    is_slipped = len(name) >= 4 and dice.random() < SHARE_WRONG
    if is_slipped:
        at = dice.randrange(len(name))
        name = name[:at] + dice.choice([char for char in letters if char != name[at]]) + name[at + 1 :]
    is_named = dice.random() >= SHARE_WITHOUT_DISTRICT
    written = _written(dice, name, district.name if is_named else "")
    meant = city.meant(name, district.code if is_named else None, is_slipped=is_slipped)
    text, address = ("", written) if dice.random() < 0.5 else (f"{written}，{dice.choice(MATTERS)}", "")
    return Case(text, address, township, meant, is_slipped, name)


MATTERS = ("暖气不热", "楼下垃圾没人清运", "半夜施工扰民，请处理", "路灯不亮已经三天", "停车收费不合理")


def _written(dice: random.Random, name: str, district: str) -> str:
    short = district.removesuffix("区")
    before = dice.choice((district, district, short, f"北京市{district}", f"北京{district}")) if district else ""
    room = f"{dice.randint(1, 30)}号楼{dice.randint(1, 6)}单元{dice.randint(1, 20)}0{dice.randint(1, 4)}"
    behind = dice.choice(
        ("", f"{dice.randint(1, 60)}号院", f"{dice.randint(1, 30)}号楼", room, f"{dice.randint(1, 20)}栋")
    )
    if dice.random() < 0.2:
        behind = behind.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    shapes = [f"{before}{name}{behind}"] * 5
    shapes += [f"我家住{before}{name}{behind}", f"{name}{behind}，{district}的" if district else f"{name}{behind}这边"]
    shapes += [
        f"{behind or '小区'}，在{before}{name}",
        f"{before}的{name}{behind}" if district else f"就是{name}{behind}",
    ]
    return dice.choice(shapes)
