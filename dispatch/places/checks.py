"""Is each row of places.csv sound, alone and beside the others and what is known already? Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.places.aliasing import circular
from dispatch.places.datum import DATUMS
from dispatch.places.shapes import HOME_KINDS, KINDS, PARITIES, ROAD, Facts
from dispatch.routing.normalise import fold, search_key

REQUIRED: Final = ("code", "name", "kind", "unit_code")
OPTIONAL: Final = ("aliases", "road_from", "road_to", "parity", "longitude", "latitude", "datum")
COLUMNS: Final = (*REQUIRED, *OPTIONAL)
LONGEST_CODE: Final = 64
LONGEST_NAME: Final = 100
SHORTEST_NAME: Final = 2
MOST_ALIASES: Final = 20
HIGHEST_NUMBER: Final = 99_999
FAULTS: Final = {
    "code": f"不能有控制字符，不能超过 {LONGEST_CODE} 个字符",
    "printable": "不能有换行或控制字符",
    "short": f"至少 {SHORTEST_NAME} 个字，且不能全是数字",
    "long": f"不能超过 {LONGEST_NAME} 个字符",
    "kind": f"应为 {'、'.join(KINDS)} 之一",
    "unit_unknown": "没有这个单位，或单位已撤销",
    "unit_kind": "应为街道、乡镇或社区(村)的编码",
    "aliases_many": f"至多 {MOST_ALIASES} 个别名",
    "alias_own": "别名与名称相同",
    "alias_circle": "别名与另一地点互为别名，成环",
    "range_kind": "只有道路可以写门牌号范围",
    "number": f"应为 1 到 {HIGHEST_NUMBER} 的整数，或留空",
    "range_half": "起止门牌号应同时填写或同时留空",
    "range_order": "止号不能小于起号",
    "parity": f"应为 {'、'.join(PARITIES)} 之一",
    "parity_alone": "单双号应与门牌号范围一起填写",
    "longitude": "应为 -180 到 180 的小数；经度、纬度、坐标系应同时填写",
    "latitude": "应为 -90 到 90 的小数；经度、纬度、坐标系应同时填写",
    "datum": f"应为 {'、'.join(DATUMS)} 之一；经度、纬度、坐标系应同时填写",
    "code_twice": "编码在文件中重复",
    "place_twice": "同一地点在文件中重复",
    "ended": "该地点已停用，不能再变更",
}
_BETWEEN: Final = "|"
_LONGEST_FIGURE: Final = 24

Key = tuple[object, ...]


class PlaceRow(NamedTuple):
    """A row of places.csv that was understood."""

    line: int
    code: str | None
    facts: Facts

    @property
    def key(self) -> Key:
        """By what the same place is known again: its code, else name, unit and house numbers."""
        facts = self.facts
        if self.code:
            return ("code", self.code)
        return ("name", fold(facts.name), facts.kind, facts.unit_code, facts.road_from, facts.road_to, facts.parity)


@dataclass(frozen=True, slots=True)
class Known:
    """A place on record: its row, its facts, and whether it has ended."""

    place_id: int
    facts: Facts
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are held against: kinds of the units in effect by code, and the places on record by key."""

    unit_kinds: Mapping[str, str]
    known: Mapping[Key, Known]


def check(rows: Iterable[Row | Reject], ground: Ground) -> tuple[list[PlaceRow], list[Reject]]:
    """Split ``rows`` (cells in the order of COLUMNS) into sound ones and faults, both by line."""
    good: dict[Key, PlaceRow] = {}
    faults: list[Reject] = []
    for row in rows:
        if isinstance(row, Reject):
            faults.append(row)
            continue
        parsed, found = parse(row, ground.unit_kinds)
        if parsed is not None:
            found += _beside(parsed, good.keys(), ground.known)
        faults += found
        if parsed is not None and not found:
            good[parsed.key] = parsed
    changed = {good[key].key for key in good}
    others = [known.facts for key, known in ground.known.items() if key not in changed and not known.has_ended]
    looping = circular([(facts.name, facts.aliases) for facts in (*others, *(one.facts for one in good.values()))])
    for sound in list(good.values()):
        if fold(sound.facts.name) in looping:
            faults.append(Reject(sound.line, "aliases", FAULTS["alias_circle"]))
            del good[sound.key]
    return list(good.values()), sorted(faults)


def parse(row: Row, unit_kinds: Mapping[str, str]) -> tuple[PlaceRow | None, list[Reject]]:
    """The row understood, or None and what is wrong with it."""
    cells = dict(zip(COLUMNS, (cell.strip() for cell in row.cells), strict=True))
    found = [Reject(row.line, column, reason) for column, reason in _faults(cells, unit_kinds)]
    if found:
        return None, found
    facts = Facts(
        name=cells["name"],
        kind=cells["kind"],
        unit_code=cells["unit_code"],
        aliases=_aliases(cells["aliases"]),
        road_from=int(cells["road_from"]) if cells["road_from"] else None,
        road_to=int(cells["road_to"]) if cells["road_to"] else None,
        parity=(cells["parity"] or "all") if cells["road_from"] else None,
        longitude=float(cells["longitude"]) if cells["longitude"] else None,
        latitude=float(cells["latitude"]) if cells["latitude"] else None,
        datum=cells["datum"] or None,
    )
    return PlaceRow(row.line, cells["code"] or None, facts), []


def _faults(cells: Mapping[str, str], unit_kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not cells["code"].isprintable() or len(cells["code"]) > LONGEST_CODE:
        yield "code", FAULTS["code"]
    if reason := _name_fault(cells["name"]):
        yield "name", reason
    if cells["kind"] not in KINDS:
        yield "kind", FAULTS["kind"]
    unit_kind = unit_kinds.get(cells["unit_code"])
    if unit_kind is None:
        yield "unit_code", FAULTS["unit_unknown"]
    elif unit_kind not in HOME_KINDS:
        yield "unit_code", FAULTS["unit_kind"]
    yield from _alias_faults(cells)
    yield from _road_faults(cells)
    yield from _point_faults(cells)


def _name_fault(name: str) -> str | None:
    if not name.isprintable():
        return FAULTS["printable"]
    if len(search_key(name)) < SHORTEST_NAME or search_key(name).isdigit():
        return FAULTS["short"]
    return FAULTS["long"] if len(name) > LONGEST_NAME else None


def _alias_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    aliases = _aliases(cells["aliases"])
    if len(aliases) > MOST_ALIASES:
        yield "aliases", FAULTS["aliases_many"]
    for alias in aliases:
        if reason := _name_fault(alias):
            yield "aliases", reason
        elif fold(alias) == fold(cells["name"]):
            yield "aliases", FAULTS["alias_own"]


def _aliases(cell: str) -> tuple[str, ...]:
    return tuple(sorted({alias.strip() for alias in cell.split(_BETWEEN) if alias.strip()}))


def _road_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    given = [column for column in ("road_from", "road_to", "parity") if cells[column]]
    if given and cells["kind"] != ROAD:
        yield given[0], FAULTS["range_kind"]
        return
    numbers = {}
    for column in ("road_from", "road_to"):
        text = cells[column]
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:_LONGEST_FIGURE]) <= HIGHEST_NUMBER):
            yield column, FAULTS["number"]
            return
        numbers[column] = int(text) if text else None
    if (numbers["road_from"] is None) != (numbers["road_to"] is None):
        yield "road_to", FAULTS["range_half"]
    elif (
        numbers["road_from"] is not None
        and numbers["road_to"] is not None
        and numbers["road_from"] > numbers["road_to"]
    ):
        yield "road_to", FAULTS["range_order"]
    if cells["parity"] and cells["parity"] not in PARITIES:
        yield "parity", FAULTS["parity"]
    elif cells["parity"] and numbers["road_from"] is None:
        yield "parity", FAULTS["parity_alone"]


def _point_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not any(cells[column] for column in ("longitude", "latitude", "datum")):
        return
    for column, limit in (("longitude", 180), ("latitude", 90)):
        if not _is_within(cells[column], limit):
            yield column, FAULTS[column]
    if cells["datum"] not in DATUMS:
        yield "datum", FAULTS["datum"]


def _is_within(text: str, limit: int) -> bool:
    try:
        value = float(text[:_LONGEST_FIGURE])
    except ValueError:
        return False
    return text.isascii() and math.isfinite(value) and abs(value) <= limit


def _beside(row: PlaceRow, seen: Collection[Key], known: Mapping[Key, Known]) -> list[Reject]:
    if row.key in seen:
        reason = FAULTS["code_twice" if row.code else "place_twice"]
        return [Reject(row.line, "code" if row.code else "name", reason)]
    before = known.get(row.key)
    if before and before.has_ended and before.facts != row.facts:
        return [Reject(row.line, "code", FAULTS["ended"])]
    return []
