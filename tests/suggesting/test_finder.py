"""Finding by what was typed so far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.suggesting.finder import Finder, How, Named

THINGS = [
    Named("110101001", "东华门街道"),
    Named("110101002", "景山街道", ("北海",)),
    Named("110105026", "八里庄街道"),
    Named("110108012", "八里庄街道"),
    Named("B-01", "城市管理委员会"),
    Named("110112", "长营地区"),
]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("东华", ["110101001"]),
        ("cydq", ["110112"]),
        ("zhangying", ["110112"]),
        ("dhm", ["110101001"]),
        ("donghua", ["110101001"]),
        ("DHM", ["110101001"]),
        ("ｄｈｍ", ["110101001"]),
        ("八里庄", ["110105026", "110108012"]),
        ("blz", ["110105026", "110108012"]),
        ("110101", ["110101002", "110101001"]),
        ("管理", ["B-01"]),
        ("北海", ["110101002"]),
        ("b-01", ["B-01"]),
        ("B-01", ["B-01"]),
        ("", []),
        ("   ", []),
        ("😀", []),
    ],
)
def test_find_names_the_fitting_when_typed_so_far(typed: str, codes: list[str]) -> None:
    assert [one.code for one in Finder(THINGS).find(typed, limit=5)] == codes


def test_find_puts_the_beginning_before_the_middle_when_both_fit() -> None:
    things = [Named("2", "朝阳门外大街"), Named("1", "大街街道")]

    assert [one.how for one in Finder(things).find("大街", limit=5)] == [How.PREFIX, How.INSIDE]


@given(st.text(max_size=200), st.integers(1, 5))
def test_find_never_fails_when_anything_is_typed(typed: str, limit: int) -> None:
    assert len(Finder(THINGS).find(typed, limit=limit)) <= limit
