"""Names of places are found where enough tickets agree, and nowhere else."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dispatch.tuning.mining import Settled, mine
from dispatch.tuning.rules import AliasRules

RULES = AliasRules(days=90, tickets=3, share=Decimal("0.9"), shortest=3, longest=10, most=200)


def _told(words: list[str], township: str = "T1") -> list[Settled]:
    return [Settled(number, text, township) for number, text in enumerate(words, 1)]


def test_mine_names_an_estate_when_enough_tickets_were_settled_in_one_township() -> None:
    found = mine(_told(["我住在晴川花园三号楼", "晴川花园停水了", "晴川花园的物业不管", "今天停水"]), RULES)

    assert [(one.name, one.kind, one.township, one.tickets, one.others) for one in found] == [
        ("晴川花园", "estate", "T1", (1, 2, 3), 0)
    ]


def test_mine_keeps_silent_when_too_few_tickets_say_so() -> None:
    assert mine(_told(["晴川花园停水", "晴川花园停电"]), RULES) == []


def test_mine_keeps_silent_when_the_name_lies_in_several_townships() -> None:
    told = [*_told(["幸福小区停水"] * 3), *(Settled(number, "幸福小区停水", "T2") for number in (4, 5))]

    assert mine(told, RULES) == []


def test_mine_takes_the_whole_name_when_its_end_is_a_name_too() -> None:
    names = {one.name for one in mine(_told(["北辰阳光花园漏水", "北辰阳光花园太吵", "北辰阳光花园停电"]), RULES)}

    assert names == {"北辰阳光花园"}


def test_mine_leaves_out_the_unit_before_when_a_name_follows_it() -> None:
    words = ["东区柳荫街道晴川花园停水", "柳荫第一社区晴川花园停水", "柳荫地区晴川花园停水"]

    assert [one.name for one in mine(_told(words), RULES)] == ["晴川花园"]


def test_mine_counts_a_ticket_once_when_it_repeats_the_name() -> None:
    assert mine(_told(["晴川花园" * 9]), RULES) == []


@given(st.lists(st.text(alphabet="在住阳光花园小区里路abc，1", max_size=30), max_size=12))
def test_mine_finds_only_what_is_written_when_texts_are_any(words: list[str]) -> None:
    for one in mine(_told(words), RULES):
        assert all(one.name in words[ticket - 1] for ticket in one.tickets)
        assert RULES.tickets <= len(one.tickets)
