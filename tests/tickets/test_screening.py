"""What a unit reads holds no telephone or identity number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.vault import Reporter
from dispatch.tickets.screening import screened


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("请联系13900001234。", "请联系139******34。"),
        ("电话 139-0000-1234", "电话 139-****-**34"),
        ("电话139 0000 1234谢谢", "电话139 **** **34谢谢"),
        ("+8613900001234", "+861********34"),
        ("１３９００００１２３４", "１３９******３４"),
        ("座机010-65001234", "座机010-******34"),
        ("座机（010）65001234", "座机（010）******34"),
        ("身份证110101199001011237", "身份证110*************37"),
        ("身份证11010119900101123X。", "身份证110*************3X。"),
        ("单位电话65001234", "单位电话650***34"),
    ],
)
def test_cover_numbers_when_they_could_name_a_person(text: str, told: str) -> None:
    assert screened(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "3号楼2单元1201室",
        "2026年11月22日19时41分",
        "罚款12000元",
        "工单20261122-0000017",
        "公交114路、12345热线、95598",
        "尾号8位以下1234567",
    ],
)
def test_leave_figures_alone_when_they_name_no_person(text: str) -> None:
    assert screened(text) == text


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text("汉字，。 a", max_size=8),
    st.text("汉字，。 a", max_size=8),
)
def test_hide_every_mobile_number_when_words_stand_around_it(number: str, before: str, after: str) -> None:
    once = screened(before + number + after)
    assert number not in str(once)
    assert screened(once) == once


def test_cover_the_name_when_the_reporter_wrote_it_into_the_words() -> None:
    known = [Reporter(name="钱多多", phone="+8613900001234"), Reporter(name="李", phone=None)]
    assert screened("我叫钱多多，住李家胡同", known) == "我叫钱**，住李家胡同"


def test_stay_nothing_when_words_were_erased() -> None:
    assert screened(None) is None
