"""Whose figures stand where: townships with everything below them, what else a district has, what belongs to the city. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import NamedTuple

from dispatch.board.counting import Tally
from dispatch.directory.snapshot import Reference, UnitRef

LEVELS = 4
NO_KIND = ""


class Home(NamedTuple):
    """Where a unit is counted: its district's code and its township's; both empty for what is the city's own."""

    district: str
    township: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A township, or what a district (the city) has besides: then ``code`` is empty."""

    code: str
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Block:
    """A district with its townships by code; the city's own units have a block without a code."""

    code: str
    name: str
    tally: Tally
    tiles: tuple[Tile, ...]
    rest: Tile

    @property
    def parts(self) -> tuple[Tile, ...]:
        """Its townships, then the rest."""
        return (*self.tiles, self.rest)


@dataclass(frozen=True, slots=True)
class KindRow:
    """What the matters are about: a top category by name, empty where nobody named one."""

    name: str
    tally: Tally


def home_of(city: Reference, unit: UnitRef) -> Home:
    """Where the figures of ``unit`` stand."""
    district, township = city.district_of(unit), city.nearest(unit, "township")
    return Home(district.code if district else "", township.code if township else "")


def blocks(city: Reference, scope: frozenset[int] | None, counted: Mapping[int, Tally]) -> tuple[Block, ...]:
    """The districts by code, the city's own units last. ``scope``: the units whose figures are shown; None: all."""
    sums: dict[Home, Tally] = {}
    for unit_id, tally in counted.items():
        home = home_of(city, city.by_id[unit_id])
        sums[home] = sums.get(home, Tally()) + tally
    homes = set(sums)
    for unit in city.by_code.values():
        if unit.kind == "township" and (scope is None or unit.unit_id in scope):
            homes.add(home_of(city, unit))
    codes = sorted({home.district for home in homes}, key=lambda code: (code == "", code))
    return tuple(_block(city, code, [home for home in homes if home.district == code], sums) for code in codes)


def _block(city: Reference, code: str, homes: Iterable[Home], sums: Mapping[Home, Tally]) -> Block:
    townships = sorted(home.township for home in homes if home.township)
    tiles = tuple(Tile(one, city.by_code[one].name, sums.get(Home(code, one), Tally())) for one in townships)
    rest = Tile("", "", sums.get(Home(code, ""), Tally()))
    name = city.by_code[code].name if code else ""
    return Block(code, name, total([*tiles, rest]), tiles, rest)


def total(parts: Iterable[Tile | Block | KindRow]) -> Tally:
    """All of them together."""
    return reduce(add, (part.tally for part in parts), Tally())


def behind(
    city: Reference, scope: frozenset[int] | None, district: str | None, township: str | None
) -> list[int] | None:
    """The units behind a number: of a block, of a tile of it, of its rest (``township`` empty); all in scope without a district.

    None: of all. Exactly those that :func:`blocks` adds up, ended units included.
    """
    if district is None:
        return None if scope is None else sorted(scope)
    found = []
    for unit in city.by_id.values():
        if scope is not None and unit.unit_id not in scope:
            continue
        home = home_of(city, unit)
        if home.district == district and township in (None, home.township):
            found.append(unit.unit_id)
    return sorted(found)


def kinds(city: Reference, counted: Mapping[str | None, Tally]) -> list[KindRow]:
    """By top category, most open ones first, the unnamed last."""
    sums: dict[str, Tally] = {}
    for code, tally in counted.items():
        name = kind_of(city, code)
        sums[name] = sums.get(name, Tally()) + tally
    rows = [KindRow(name, tally) for name, tally in sums.items()]
    return sorted(rows, key=lambda row: (row.name == NO_KIND, -row.tally.open, row.name))


def kind_of(city: Reference, code: str | None) -> str:
    """The top category of a code by name; empty where there is none."""
    path = city.category_path(code) if code else ()
    return path[0] if path else NO_KIND


def level(number: int, most: int) -> int:
    """The shade of a tile: 0 for none, else 1 to 4 by the share of the largest."""
    return 0 if number <= 0 else max(1, -(-number * LEVELS // max(most, 1)))
