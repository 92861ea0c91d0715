"""Which units and places are called by the same words: each written form once, with all that it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dispatch.routing.datasets import rows
from dispatch.routing.forms import (
    COMMUNITY,
    DISTRICT,
    OUTSIDE,
    PLACE,
    ROAD,
    STRENGTH,
    TOWNSHIP,
    Form,
    NamedPlace,
    PlaceUnit,
    community_core,
    district_core,
    place_forms,
    township_core,
    unit_forms,
)

__all__ = [
    "COMMUNITY",
    "DISTRICT",
    "PLACE",
    "ROAD",
    "TOWNSHIP",
    "Alias",
    "Form",
    "NamedPlace",
    "PlaceUnit",
    "collect",
    "community_core",
    "township_core",
]

RANK: Final = {form: rank for rank, form in enumerate(STRENGTH)}
_OFFICIAL: Final = frozenset({Form.OFFICIAL, Form.USUAL})


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form: its words, the form, and all that are called so: codes of units and ids of places, each sorted."""

    words: str
    form: Form
    kind: str
    codes: tuple[str, ...]
    places: tuple[int, ...] = ()

    @property
    def strength(self) -> int:
        """Evidence of this form, 0–100."""
        return STRENGTH[self.form]


@dataclass(slots=True)
class _Meaning:
    """Who uses some words, by form and kind."""

    units: dict[tuple[Form, str], list[str]] = field(default_factory=dict)
    places: dict[tuple[Form, str], list[int]] = field(default_factory=dict)


def collect(units: Iterable[PlaceUnit], places: Iterable[NamedPlace] = ()) -> list[Alias]:
    """All aliases of units and places, sorted by words; names are folded. The order of the input changes nothing."""
    ordered = sorted(units)
    district_cores = {district_core(unit.name) for unit in ordered if unit.kind == DISTRICT}
    found: dict[str, _Meaning] = {}
    for unit in ordered:
        for words, form in unit_forms(unit, district_cores):
            _note(found.setdefault(words, _Meaning()).units, (form, unit.kind), unit.code)
    for place in sorted(places):
        for words, form in place_forms(place, district_cores):
            kind = ROAD if place.kind == ROAD else PLACE
            _note(found.setdefault(words, _Meaning()).places, (form, kind), place.place_id)
    parents = {unit.code: unit.parent_code for unit in ordered}
    aliases = {words: _alias(words, found[words], parents) for words in found}
    city_names = {unit.name for unit in ordered if unit.kind == "city"}
    for row in rows("outside"):
        if row["word"] not in city_names:
            aliases.setdefault(row["word"], Alias(row["word"], Form.OUTSIDE, OUTSIDE, ()))
    for row in rows("false_friends"):
        if row["kind"] == "phrase":
            aliases[row["word"]] = Alias(row["word"], Form.PHRASE, "", ())
    return [aliases[words] for words in sorted(aliases)]


def _note(table: dict[Any, list[Any]], key: object, value: object) -> None:
    listed = table.setdefault(key, [])
    if value not in listed:
        listed.append(value)


def _alias(words: str, meaning: _Meaning, parents: Mapping[str, str]) -> Alias:
    """The best form of the words; whoever else is called so in a lesser form stays a rival, unless the form is official."""
    units = meaning.units
    form, kind = min([*units, *meaning.places], key=lambda option: (RANK[option[0]], option[1]))
    if units:
        own_form, own_kind = min(units, key=lambda option: (RANK[option[0]], option[1]))
        if own_kind == DISTRICT or own_form in _OFFICIAL:
            return Alias(words, own_form, own_kind, tuple(units[own_form, own_kind]))
        if own_kind == TOWNSHIP:  # an estate of a township's short name is no surer than the township
            form, kind = own_form, own_kind
    codes = dict.fromkeys(units.get((Form.SHORT, TOWNSHIP), ()))
    for (_form, of_kind), others in units.items():
        if of_kind == COMMUNITY:
            # 十里堡 is a town of 密云 and a community of 朝阳; a community of the town itself says nothing else.
            codes |= {code: None for code in others if parents.get(code) not in codes}
    ids = sorted({place_id for listed in meaning.places.values() for place_id in listed})
    return Alias(words, form, kind, tuple(codes), tuple(ids))
