"""Addresses as people give them: real names, estates put into townships by seed, noise. The full count is the bench's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dispatch.limits.policy import shipped_policy
from dispatch.routing.places import Gazetteer, NamedPlace, PlaceUnit
from tests.routing.addresses import City, cases, estates, shipped_units

COUNT = 2_000


@pytest.fixture(scope="module")
def city(shared_data: Path) -> City:
    units = shipped_units()
    return City(units, estates(shared_data, units, 7))


@pytest.fixture(scope="module")
def known(city: City) -> Gazetteer:
    return Gazetteer.build(city.units.values(), city.places)


def test_locate_is_right_sure_and_honest_when_addresses_are_noisy(city: City, known: Gazetteer) -> None:
    counts: Counter[str] = Counter()
    least = shipped_policy().procedure.direct_confidence
    for case in cases(city, COUNT, 8):
        found = known.locate(case.text, case.address)
        if len(case.meant) == 1:
            counts.update({"determined": 1, "right": found.unit_code == case.township})
        elif len(case.meant) > 1 and not case.is_slipped:
            counts.update({"ambiguous": 1, "said": found.ambiguous})
        if found.kind == "township" and found.confidence >= least:
            counts.update({"direct": 1, "direct right": found.unit_code == case.township})

    assert counts["right"] / counts["determined"] >= 0.97
    assert counts["direct right"] / counts["direct"] >= 0.995
    assert counts["said"] / counts["ambiguous"] >= 0.99


PLACES = [
    NamedPlace(1, "静安花园", "estate", "110105026", ("静庭里",)),
    NamedPlace(2, "碧水云庭", "estate", "110108005"),
    NamedPlace(3, "广阔天地", "landmark", "110101001"),
]


@pytest.fixture(scope="module")
def small(city_units: list[PlaceUnit]) -> Gazetteer:
    return Gazetteer.build(city_units, PLACES)


@pytest.mark.parametrize(
    ("text", "address", "code"),
    [
        ("静安花园３号楼２单元没有暖气", "", "110105026"),
        ("没有暖气", "静庭里12号院", "110105026"),
        ("我家住静安花圆3号楼", "", "110105026"),
        ("3号楼，静安花园，朝阳区的", "", "110105026"),
        ("", "上海市浦东新区静安花园3号楼", None),
        ("", "天津市和平区", None),
    ],
)
def test_locate_finds_the_estate_when_it_is_written_as_people_do(
    small: Gazetteer, text: str, address: str, code: str | None
) -> None:
    assert small.locate(text, address).unit_code == code


def test_locate_says_that_the_place_is_elsewhere_when_another_city_is_named(small: Gazetteer) -> None:
    found = small.locate("", "上海市浦东新区静安花园3号楼")

    assert (found.kind, found.ambiguous, found.confidence) == ("none", False, 0)
    assert "上海市" in found.reason_zh


def test_locate_is_never_sure_when_a_character_is_wrong(small: Gazetteer) -> None:
    exact, near = small.locate("", "静安花园3号楼"), small.locate("", "静安花圆3号楼")

    assert near.unit_code == exact.unit_code
    assert near.confidence < shipped_policy().procedure.direct_confidence <= exact.confidence
    assert not near.spans[0].is_exact


@pytest.mark.parametrize(
    "text", ["", " ", "😀" * 50, "静" * 100_000, "1" * 100_000, "碧水蓝天，广阔的天地", "\x00\ud800"]
)
def test_locate_finds_nothing_when_nothing_is_named(small: Gazetteer, text: str) -> None:
    found = small.locate(text, text[:200])

    assert (found.unit_code, found.place_id) == (None, None)
