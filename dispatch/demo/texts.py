"""Complaints of the demo: written from templates here, or real texts moved into the sample city."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final, NamedTuple

from dispatch.demo.places import DemoCity, DemoPlace

_PHONES: Final = 100_000
_NAMES: Final = 1_000
_HAS_HISTORY: Final = 0.6
# The kinds that every built-in scheme counts (rules.md §8).
ASSESSED: Final = frozenset({"complaint", "help", "report"})


class Template(NamedTuple):
    """A matter in words with slots: leaf category, kind, title and body."""

    category: str
    kind: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a caller says. ``category_hint`` and ``township_code`` are the truth that routing should find; empty = unknown.

    ``names_place``: the words or the address name the township well enough to find it.
    The reporter is made up: the name says 示例 and the phone begins with 130000.
    """

    title: str
    text: str
    address: str
    kind: str
    category_hint: str
    reporter_name: str
    reporter_phone: str
    township_code: str = ""
    names_place: bool = True


@cache
def templates() -> Mapping[str, tuple[Template, ...]]:
    """All templates by leaf category."""
    found: dict[str, list[Template]] = {}
    for row in _table("templates"):
        found.setdefault(row["category"], []).append(Template(**row))
    return {category: tuple(items) for category, items in found.items()}


@cache
def phrases(slot: str) -> tuple[str, ...]:
    """The words that may fill a slot."""
    return tuple(row["words"] for row in _table("phrases") if row["slot"] == slot)


def compose(rng: Random, place: DemoPlace, category: str, *, kinds: Collection[str] = ()) -> Complaint:
    """A complaint of that category (leaf, or class of two digits) at that place; the same ``rng`` state, the same words.

    ``kinds``: only of these kinds. Raises ``ValueError`` where no template fits.
    """
    fitting = [
        item
        for code, items in templates().items()
        if code.startswith(category)
        for item in items
        if not kinds or item.kind in kinds
    ]
    if not fitting:
        raise ValueError(f"no template for category {category!r}")
    template = rng.choice(fitting)
    slots = _slots(rng, place)
    where, address = _where(rng, place, slots)
    return _complaint(rng, template, slots, where=where, address=address, township_code=place.code)


def compose_vague(rng: Random, city: DemoCity, category: str) -> Complaint:
    """A complaint whose words leave the township open: only a district, a bare ambiguous name, or nothing at all."""
    template = rng.choice([item for code, items in templates().items() if code.startswith(category) for item in items])
    place = rng.choice(city.places)
    namesakes = [item.core for item in city.places if not item.is_unique]
    vague = ["", place.district_name, f"{place.district_name}这边", "附近", *namesakes]
    where = rng.choice(vague)
    slots = _slots(rng, place) | {"c": "小区", "t": "街道", "road": "门口这条路", "line": "这条线"}
    return _complaint(rng, template, slots, where=where, address="", township_code="")


def reporter(rng: Random) -> tuple[str, str]:
    """A made-up name and phone: 王示例037, 13000004711."""
    name = f"{rng.choice(phrases('surname'))}示例{rng.randrange(_NAMES):03}"
    return name, f"130000{rng.randrange(_PHONES):05}"


def _complaint(
    rng: Random, template: Template, slots: Mapping[str, str], *, where: str, address: str, township_code: str
) -> Complaint:
    place_words = rng.choice(phrases("where")).format(p=where) if where else ""
    history = rng.choice(phrases("history")).format(**slots) if rng.random() < _HAS_HISTORY else ""
    ending = phrases(f"request_{template.kind}") or phrases("request_complaint")
    opening = rng.choice(phrases("opening"))
    body = template.body.format(**slots)
    has_history = history and template.kind in ASSESSED
    text = f"{opening}{place_words}{body}{history if has_history else ''}{rng.choice(ending)}"
    name, phone = reporter(rng)
    return Complaint(
        title=template.title.format(**slots),
        text=text,
        address=address,
        kind=template.kind,
        category_hint=template.category,
        reporter_name=name,
        reporter_phone=phone,
        township_code=township_code,
        names_place=bool(township_code),
    )


def _slots(rng: Random, place: DemoPlace) -> dict[str, str]:
    community = rng.choice(place.communities) if place.communities else place.name
    spoken = community.removesuffix("社区") if rng.random() < 0.5 and len(community) > 4 else community
    return {
        "c": spoken,
        "community": community,
        "b": f"{rng.randint(1, 28)}号楼",
        "t": place.name,
        "road": f"{place.core}{rng.choice(('东', '西', '南', '北', '中'))}{rng.choice(('路', '街'))}",
        "n": str(rng.randint(2, 9)),
        "m": str(rng.randint(2, 8)),
        "temp": str(rng.randint(11, 16)),
        "money": str(rng.randint(3, 98) * 100),
        "line": str(rng.choice((rng.randint(1, 140), rng.randint(300, 699)))),
        "time": rng.choice(phrases("time")),
        "days": rng.choice(phrases("days")),
        "month": rng.choice(phrases("month")),
    }


def _where(rng: Random, place: DemoPlace, slots: Mapping[str, str]) -> tuple[str, str]:
    """(words in the text, address field): callers name the place in one of them or in both."""
    building = slots["b"] if rng.random() < 0.7 else ""
    full = f"{place.district_name}{place.name}{slots['community']}{building}"
    short = f"{place.name}{slots['community']}" if place.is_unique else full
    style = rng.random()
    if style < 0.35:
        return "", full
    if style < 0.6:
        return f"{place.name}{slots['c']}{building}", f"北京市{full}"
    if style < 0.85:
        return full, ""
    return short, f"{place.district_name}{place.name}"


def _table(name: str) -> list[dict[str, str]]:
    text = (files("dispatch.demo") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
