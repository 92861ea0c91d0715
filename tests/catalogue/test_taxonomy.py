"""A tree of categories: what it answers, and every way in which a file can be wrong."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.errors import DomainError
from dispatch.routing.taxonomy import Taxonomy, shipped_taxonomy
from tests.catalogue.words import TAXONOMY, taxonomy

FIVE = taxonomy("1,城建,,", "11,市政,1,", "111,道路,11,", "1111,路面,111,", "11111,坑洼,1111,路面坑洼:9 坑洼:5")


def problems(text: str) -> list[str]:
    with pytest.raises(DomainError) as refused:
        Taxonomy.read(text)
    assert refused.value.code == "taxonomy.unreadable"
    named = refused.value.details["problems"]
    assert isinstance(named, list)
    return named


def test_read_five_levels_when_the_tree_is_that_deep() -> None:
    tree = Taxonomy.read(FIVE)

    assert [item.level for item in tree.categories.values()] == [1, 2, 3, 4, 5]
    assert [leaf.code for leaf in tree.leaves()] == ["11111"]
    assert tree.path("11111") == ("城建", "市政", "道路", "路面", "坑洼")
    assert [score.code for score in tree.classify("", "门口路面坑洼")] == ["11111"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["10,供暖,11,", "11,供水,10,"], "第 2 行 parent_code：“10”的上级绕回到它自己"),
        (["10,供暖,10,"], "第 2 行 parent_code：“10”的上级绕回到它自己"),
        (["1001,室温,10,"], "第 2 行 parent_code：没有上级分类“10”"),
        (["10,供暖,,", "10,供水,,"], "第 3 行 code：代码“10”与第 2 行重复"),
        (["10,供暖,,", "11,供暖,,"], "第 3 行 name：同一上级下已有“供暖”"),
        (
            ["1,a,,", "11,b,1,", "111,c,11,", "1111,d,111,", "11111,e,1111,", "111111,f,11111,"],
            "第 7 行 parent_code：“111111”超过 5 级",
        ),
        (["10,供暖,,暖气:3", "1001,室温,10,室温:3"], "第 2 行 keywords：“供暖”下面还有分类"),
        (["10,供暖,,", "2001,室温,10,"], "第 3 行 code：“2001”应以上级代码“10”开头"),
        (["1,甲,,", "10,乙,,"], "第 3 行 code：“10”以“1”开头，却不在它下面"),
        (["10,供暖,,暖气"], "第 2 行 keywords：“暖气”应写成“词:权重”"),
        (["10,供暖,,暖气:0"], "第 2 行 keywords：“暖气:0”应写成“词:权重”"),
        (["10,供暖,,暖气:3 暖气:4"], "第 2 行 keywords：关键词“暖气”重复"),
        (["供暖,供暖,,"], "第 2 行 code：代码须为"),
        (["10,,,"], "第 2 行 name：名称须为"),
        (["10,供暖,"], "第 2 行：应有 4 列，实有 3 列"),
        ([], "文件中没有内容"),
    ],
)
def test_name_line_and_column_when_a_row_is_wrong(rows: list[str], told: str) -> None:
    assert any(problem.startswith(told) for problem in problems(taxonomy(*rows))), problems(taxonomy(*rows))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,name\n10,供暖\n", "第 1 行 parent_code：缺少“parent_code”列"),
        (f"{TAXONOMY},colour\n10,供暖,,,red\n", "第 1 行 colour：没有“colour”这一列"),
        ("code,code,name,parent_code\n1,1,a,\n", "第 1 行 code：“code”列重复"),
        (f'{TAXONOMY}\n10,"供暖,,\n', "第 2 行：不是有效的 CSV"),
        (f"{TAXONOMY}\n10,供\x00暖,,\n", "第 2 行：含有无法保存的字符"),
        (f"{TAXONOMY}\n10,供\ud800暖,,\n", "第 2 行：含有无法保存的字符"),
        ("", "第 1 行 code：缺少“code”列"),
        ("x" * 600_000, "文件过大"),
    ],
)
def test_name_what_is_wrong_when_the_file_is_no_such_table(text: str, told: str) -> None:
    assert any(problem.startswith(told) for problem in problems(text)), problems(text)


def test_name_the_line_of_the_row_when_a_cell_before_it_has_lines() -> None:
    (problem,) = problems(f'{TAXONOMY}\n10,供暖,,"暖气:3\n供热:4"\n11,,,\n')

    assert problem.startswith("第 4 行 name")


@given(st.lists(st.tuples(*[st.sampled_from(["", "1", "2", "11", "12", "111", "21"])] * 2), max_size=7))
def test_answer_or_refuse_when_codes_and_parents_are_any(pairs: list[tuple[str, str]]) -> None:
    """Whatever hangs under whatever: a tree whose every path ends at a top, or a refusal that names something."""
    text = taxonomy(*(f"{code},名{number},{parent}," for number, (code, parent) in enumerate(pairs)))
    tree = None
    with suppress(DomainError):
        tree = Taxonomy.read(text)
    for code, item in tree.categories.items() if tree else ():
        assert tree is not None
        assert len(tree.path(code)) == item.level <= 5
        assert item.is_leaf == all(other.parent_code != code for other in tree.categories.values())


@given(st.text(max_size=300))
def test_answer_or_refuse_when_the_file_is_any_text(text: str) -> None:
    for given_text in (text, f"{TAXONOMY}\n{text}"):
        with suppress(DomainError):
            Taxonomy.read(given_text)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("1001", "1001"),
        ("室温不达标", "1001"),
        ("供暖 / 室温不达标", "1001"),
        ("供暖/室温不达标", "1001"),
        ("供暖", "10"),
        ("室温", None),
        ("", None),
        ("供水 / 室温不达标", None),
    ],
)
def test_find_the_code_when_a_label_means_one_category(label: str, code: str | None) -> None:
    assert shipped_taxonomy().code_of(label) == code


def test_find_nothing_when_two_categories_have_the_name() -> None:
    tree = Taxonomy.read(taxonomy("10,供暖,,", "1001,其他,10,", "11,供水,,", "1101,其他,11,"))

    assert tree.code_of("其他") is None
    assert tree.code_of("供水 / 其他") == "1101"


def test_version_is_the_digest_when_the_same_text_is_read_again() -> None:
    assert Taxonomy.read(FIVE).version == Taxonomy.read(FIVE).version != Taxonomy.read(FIVE + "\n").version


def test_hold_a_real_taxonomy_of_three_levels_when_codes_are_given(shared_data: Path) -> None:
    with (shared_data / "complaints" / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        paths = [tuple(row.values()) for row in csv.DictReader(file)]
    codes: dict[tuple[str, ...], str] = {}
    rows = []
    for path in paths:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in codes:
                above = codes.get(path[: depth - 1], "")
                codes[path[:depth]] = f"{above}{len(codes):03}"
                name = path[depth - 1].replace("/", "、")
                rows.append(f'{codes[path[:depth]]},"{name}",{above},')
    tree = Taxonomy.read(taxonomy(*rows))

    assert len(tree.categories) == len(codes)
    assert len(tree.leaves()) == len({*paths})
