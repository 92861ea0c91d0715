"""The catalogue: which entry wins, and every way in which a file can be wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.errors import DomainError
from dispatch.routing.catalogue import NO_ENTRY, Catalogue, Entry, unit_code
from dispatch.routing.taxonomy import Taxonomy
from tests.catalogue.words import CATALOGUE, catalogue, taxonomy

TREE = Taxonomy.read(taxonomy("10,供暖,,", "1001,室温,10,", "11,供水,,", "1101,停水,11,"))


@dataclass(frozen=True)
class Unit:
    kind: str


UNITS = {
    "100000": Unit("city"),
    "110": Unit("district"),
    "110001": Unit("township"),
    "110001001": Unit("community"),
    "E-01": Unit("enterprise"),
    "D110-03": Unit("department"),
}

CATEGORIES = ("", "10", "1001", "1002", "11")
AREAS = ("", "110", "120", "110001")
KINDS = ("", "complaint", "help")
PLACES = ("", "township", "district", "none")
WHERE: list[tuple[str, str | None, str | None]] = [
    ("township", "110001", "110"),
    ("township", "120001", "120"),
    ("district", None, "110"),
    ("none", None, None),
]


def entry(category: str, area: str, kind: str, place: str) -> Entry:
    return Entry(category, area, kind, place, "E-01", (), "", False, "依据")


def slowly(entries: list[Entry], matter: tuple[str, str, str, str | None, str | None]) -> Entry:
    """The same by going down the list of questions: the smallest area, the longest category, then a named kind and place."""
    category, kind, place, township, district = matter
    for area in (township, district, ""):
        for length in range(len(category), -1, -1):
            for wanted_kind in (kind, ""):
                for wanted_place in (place, ""):
                    if area is None:
                        continue
                    for one in entries:
                        if (one.area, one.category, one.kind, one.place) == (
                            area,
                            category[:length],
                            wanted_kind,
                            wanted_place,
                        ):
                            return one
    return NO_ENTRY


@given(
    st.sets(st.builds(entry, *map(st.sampled_from, (CATEGORIES, AREAS, KINDS, PLACES))), max_size=25),
    st.lists(
        st.tuples(
            st.sampled_from(["", "10", "1001", "1002", "1101", "99"]),
            st.sampled_from(["complaint", "help", "praise"]),
            st.sampled_from(
                [
                    ("township", "110001", "110"),
                    ("township", "120001", "120"),
                    ("district", None, "110"),
                    ("none", None, None),
                ]
            ),
        ),
        max_size=10,
    ),
)
def test_most_specific_entry_wins_when_several_fit(
    entries: set[Entry], matters: list[tuple[str, str, tuple[str, str | None, str | None]]]
) -> None:
    rows = sorted(entries)
    made = Catalogue("catalogue@0", tuple(rows), _areas=frozenset(one.area for one in rows))
    for category, kind, (place, township, district) in matters:
        matter = (category, kind, place, township, district)
        assert made.entry(*matter) == slowly(rows, matter)


def test_a_person_decides_when_no_entry_speaks_of_the_matter() -> None:
    found = Catalogue.read(catalogue("10,,,,E-01,,,,供热", general=())).entry("11", "help", "none", None, None)

    assert (found, unit_code(found.lead, township="110001", district="110")) == (NO_ENTRY, None)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("10,,whim,,E-01,,,,依据", "第 5 行 kind：没有诉求类型“whim”"),
        ("10,,,street,E-01,,,,依据", "第 5 行 place：地点明确程度只能填"),
        ("10,,,,,,,,依据", "第 5 行 lead：缺少主办单位"),
        ("10,,,,E-01,,,,", "第 5 行 basis_zh：缺少依据"),
        ("10,,,,E-01,,soon,,依据", "第 5 行 limit：时限“soon”无法识别"),
        ("10,,,,E-01,,0wd,,依据", "第 5 行 limit："),
        ("10,,,,E-01,,,maybe,依据", "第 5 行 not_to_streets：只能填"),
        ("10,,,,township,,,,依据", "第 5 行 lead：地点没有明确到街道、乡镇的条目"),
        ("10,,,none,district,,,,依据", "第 5 行 lead：地点没有明确到区的条目"),
        ("10,,,none,E-01,district_department:03,,,依据", "第 5 行 supports：地点没有明确到区的条目"),
        ("10,,,,E-01,E-01,,,依据", "第 5 行 supports：主办单位不能给自己协办"),
        ("10,,,,E-01,110 110,,,依据", "第 5 行 supports：协办单位重复"),
        ("10,,,,E-01,awaiting_dispatch,,,依据", "第 5 行 supports：协办单位不能是"),
    ],
)
def test_name_line_and_column_when_a_row_is_wrong(row: str, told: str) -> None:
    with pytest.raises(DomainError) as refused:
        Catalogue.read(catalogue(row))
    assert refused.value.code == "catalogue.unreadable"
    (problem,) = refused.value.details["problems"]  # type: ignore[misc]
    assert problem.startswith(told)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("10,,,,E-99,,,,依据", "第 5 行 lead：没有单位“E-99”"),
        ("10,,,,E-01,E-99,,,依据", "第 5 行 supports：没有单位“E-99”"),
        ("10,999,,,E-01,,,,依据", "第 5 行 area：没有单位“999”"),
        ("10,E-01,,,E-01,,,,依据", "第 5 行 area：“E-01”不是区、街道或乡镇"),
        ("10,110,,none,E-01,,,,依据", "第 5 行 area：地点没有明确到这个范围"),
        ("10,110001,,district,E-01,,,,依据", "第 5 行 area：地点没有明确到这个范围"),
        ("12,,,,E-01,,,,依据", "第 5 行 category：没有分类代码以“12”开头"),
        ("10,,,district,district_department:07,,,,依据", "第 5 行 lead：没有单位“D110-07”"),
        ("10,,,,110001001,,,,依据", "第 5 行 lead：“110001001”不能作为主办单位"),
        ("10,,,,E-01,100000,,,依据", "第 5 行 supports：“100000”不能协办"),
        ("10,,,township,township,,,true,依据", "第 5 行 lead：这一条标明不得派给街道、乡镇"),
        ("10,,,,110001,,,true,依据", "第 5 行 lead：这一条标明不得派给街道、乡镇"),
        (",,,none,E-01,,,,依据", "第 5 行：与第 4 行说的是同一种情形"),
    ],
)
def test_name_line_and_column_when_an_entry_meets_units_and_categories(row: str, told: str) -> None:
    (fault,) = Catalogue.read(catalogue(row)).check(TREE, UNITS)

    assert fault.sentence.startswith(told)


def test_find_nothing_wrong_when_entries_are_sound() -> None:
    text = catalogue(
        "10,,,,E-01,,5wd,true,供热",
        "1001,110,help,township,district_department:03,township E-01,,,区里",
        "11,,,none,E-01,,,,水",
    )

    assert Catalogue.read(text).check(TREE, UNITS) == []


def test_name_each_gap_when_a_leaf_has_no_entry() -> None:
    found = Catalogue.read(catalogue("10,,,,E-01,,,,供热", ",,,none,awaiting_dispatch,,,,人工", general=())).check(
        TREE, UNITS
    )

    assert {fault.code for fault in found} == {"gap"}
    assert [fault.message for fault in found] == [
        "没有条目：未分类的诉求，地点明确到街道、乡镇。",
        "没有条目：未分类的诉求，地点只明确到区。",
        "没有条目：1101 停水，地点明确到街道、乡镇。",
        "没有条目：1101 停水，地点只明确到区。",
    ]


def test_name_the_kinds_when_only_some_of_them_have_an_entry() -> None:
    general = (",,help,,awaiting_dispatch,,,,人工", ",,complaint,,awaiting_dispatch,,,,人工")
    found = Catalogue.read(catalogue("1101,,,,E-01,,,,水", general=general)).check(TREE, UNITS)

    assert found[-1].message == "没有条目：1001 室温，地点不明、类型为 consultation、report、suggestion、praise。"


@given(st.text(max_size=300))
def test_answer_or_refuse_when_the_file_is_any_text(text: str) -> None:
    for given_text in (text, f"{CATALOGUE}\n{text}"):
        with suppress(DomainError):
            Catalogue.read(given_text).check(TREE, UNITS)
