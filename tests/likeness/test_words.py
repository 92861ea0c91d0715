"""How words are folded and signed: alike ones stay alike, any text will do, and the arithmetic never changes unnoticed."""

from __future__ import annotations

import re
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.likeness.folding import COUNTING, folded, phrases
from dispatch.likeness.signature import ALGORITHM, BANDS, SHORTEST, signature
from dispatch.likeness.similarity import Worded

ANY = st.text(st.characters(exclude_categories=()), max_size=300)  # lone surrogates, NUL and private signs too
CLAUSES = st.lists(st.text("小区路灯坏了没有人维修晚上漆黑一片老摔倒", min_size=6, max_size=20), min_size=2, max_size=8)
AT_MOST_SECONDS = 0.5  # for a text that would take minutes if all of it counted; aim: 0.02 on a machine at rest


def likeness(one: str, other: str) -> int:
    return Worded(folded(one)).likeness(Worded(folded(other)))


@settings(max_examples=50)
@given(ANY, ANY)
def test_sign_is_the_same_when_the_text_is(title: str, text: str) -> None:
    assert signature(folded(title, text)) == signature(folded(title, text))
    assert likeness(title, title) in (0, 100)


@settings(max_examples=50)
@given(ANY)
def test_fold_keeps_letters_and_numbers_only_when_given_anything(words: str) -> None:
    letters = folded(words)
    assert len(letters) <= max(COUNTING, len(words) * 2)
    assert all(letter.isalnum() or letter >= "\U000f0000" for letter in letters)


@settings(max_examples=50)
@given(CLAUSES, st.randoms(use_true_random=False))
def test_likeness_stays_high_when_clauses_change_places(clauses: list[str], random: Random) -> None:
    moved = random.sample(clauses, len(clauses))
    one, other = Worded(folded("，".join(clauses))), Worded(folded("；".join(moved)))
    assert one.likeness(other) == other.likeness(one)
    lost = 2 * (len(clauses) - 1)  # the pairs of letters across the seams
    smaller = min(len(one.pairs), len(other.pairs))
    assert one.likeness(other) >= 100 * (smaller - lost) // smaller - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三号楼12层", "3号楼十二层"),
        ("１２３４５", "12345"),
        ("二〇二六年十一月五日", "2026年11月05日"),
        ("两千元", "2000元"),
        ("1.5万元", "一万五千元"),
        ("拾万", "100000"),
        ("一百二十户", "120户"),
        ("您好！路灯坏了，谢谢。", "路灯坏了"),
        ("尊敬的领导：小区停电", "住宅小区断电"),
        ("ＡＢ栋", "ab栋"),
        ("路 灯、坏\n掉", "路灯坏掉"),
    ],
)
def test_fold_makes_one_of_both_when_only_the_writing_differs(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("3号楼", "4号楼"), ("万达广场", "千达广场"), ("1.5万", "1.6万"), ("停水", "停电")]
)
def test_fold_keeps_apart_what_is_not_the_same(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_phrases_stand_for_something_final_when_read() -> None:
    known = phrases()
    assert len(known) > 50
    for phrase, becomes in known.items():
        assert re.fullmatch(r"\w+", phrase)
        assert becomes == "" or becomes not in known, f"{phrase} → {becomes} → {known.get(becomes)}"


def test_sign_has_no_bands_when_there_are_few_letters() -> None:
    assert signature("") is None
    few, enough = signature("路" * (SHORTEST - 1)), signature("路" * SHORTEST)
    assert few is not None
    assert few.bands is None
    assert enough is not None
    assert enough.bands is not None
    assert len(enough.bands) == BANDS
    assert all(-(2**31) <= band < 2**31 for band in enough.bands)


def test_sign_says_what_it_said_before_when_the_algorithm_is_the_same() -> None:
    """Stored signatures were made by this arithmetic: whoever changes the outcome raises ``ALGORITHM`` and these numbers."""
    found = signature(folded("车库路灯", "您好！3号楼地下车库入口的路灯坏了两个多月。"))
    assert found is not None
    assert (ALGORITHM, found.exact, found.bands and found.bands[:2]) == (
        1,
        -291578833287194222,
        (-680097217, 1828475376),
    )


def test_sign_reads_the_beginning_only_when_the_text_is_long() -> None:
    long = "３号楼噪声扰民，谢谢！" * 9_100
    began = time.process_time()
    letters = folded("", long)
    assert signature(letters) == signature(folded("", long[: 2 * COUNTING]))
    assert time.process_time() - began < AT_MOST_SECONDS
