"""Schemes are data: the built-in ones say what rules.md §8 says, and a wrong file names its key."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import pytest

from assessment.metrics import Counts, rate
from assessment.schemes import Scheme, builtin, builtin_names, load, loads
from assessment.schemes.model import Indicator, Point, Tie
from dispatch.kernel.errors import DomainError, NotFound

VALID = """
name = "own"
version = 1
title = "自定"
kinds = ["help"]
placed_by = "due_at"
peer_groups = ["township"]
minimum = 1
ties = ["received"]
settle_days = 10
[period]
first_day = 1
[weights]
response = 0.1
resolution = 0.5
satisfaction = 0.4
[credits]
basically = 0.9
partly = 0
[on_unknown]
satisfaction = "leave_out"
[on_zero]
satisfaction = 0
[decimals]
default = 2
score = 3
"""


def weights(scheme: Scheme) -> dict[str, Fraction]:
    return {weight.indicator.value: weight.share for weight in scheme.weights}


THREE_RATES = {"response": Fraction(1, 10), "resolution": Fraction(1, 2), "satisfaction": Fraction(2, 5)}


@pytest.mark.parametrize(
    ("name", "placed_by", "shares", "basically", "minimum", "first_day"),
    [
        ("beijing", "received_at", THREE_RATES, Fraction(9, 10), 1, 19),
        ("fair", "due_at", THREE_RATES, Fraction(9, 10), 30, 19),
        (
            "xining",
            "followed_up_at",
            {"response": Fraction(1, 5), "resolution": Fraction(2, 5), "satisfaction": Fraction(2, 5)},
            Fraction(3, 5),
            1,
            1,
        ),
        (
            "shanghai",
            "due_at",
            {
                "first_contact": Fraction(3, 10),
                "on_time": Fraction(1, 5),
                "actual_resolution": Fraction(1, 10),
                "satisfaction": Fraction(2, 5),
            },
            Fraction(4, 5),
            1,
            1,
        ),
        ("deductions", "due_at", THREE_RATES, Fraction(9, 10), 1, 1),
    ],
)
def test_load_gives_the_table_of_rules_8_when_built_in(
    name: str, placed_by: str, shares: dict[str, Fraction], basically: Fraction, minimum: int, first_day: int
) -> None:
    scheme = load(name)
    assert scheme.name == name
    assert {kind.value for kind in scheme.kinds} == {"help", "complaint", "report"}
    assert scheme.placed_by.value == placed_by
    assert weights(scheme) == shares
    assert (scheme.credits.basically, scheme.credits.partly) == (basically, 0)
    assert (scheme.minimum, scheme.first_day) == (minimum, first_day)
    assert scheme.ties == (Tie.RECEIVED,)
    assert scheme.settle_days == 10
    assert scheme.leave_out == frozenset()
    assert scheme.classes is not None
    assert (scheme.classes.one_in, scheme.classes.at_most, set(scheme.classes.groups)) == (4, 10, {"township"})


def test_load_knows_five_schemes_when_shipped() -> None:
    assert builtin_names() == ("beijing", "deductions", "fair", "shanghai", "xining")


def test_load_gives_points_only_when_deductions() -> None:
    rules = {rule.of: (rule.each, rule.cap) for rule in load("deductions").points}
    assert rules == {
        Point.RED_CARDS: (Fraction(-1, 2), 5),
        Point.LOST_DISPUTES: (-1, 5),
        Point.PROACTIVE_TOPICS: (Fraction(1, 2), 5),
    }
    assert not any(load(name).points for name in builtin_names() if name != "deductions")


@pytest.mark.parametrize("name", ["xining", "shanghai", "deductions"])
def test_load_says_example_when_numbers_are_examples(name: str) -> None:
    assert "示例" in load(name).note


def test_load_reads_the_file_when_given_a_path(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(VALID, encoding="utf-8")
    scheme = load(path)
    assert scheme.leave_out == {Indicator.SATISFACTION}
    assert scheme.classes is None
    assert (scheme.decimals_of("response"), scheme.decimals_of("score")) == (2, 3)


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("response = 0.1", "response = 0.2", "weights_do_not_sum", "weights"),
        ("response = 0.1", "response = 0.1000000001", "weights_do_not_sum", "weights"),
        ("response = 0.1", "respons = 0.1", "unknown_indicator", "weights.respons"),
        ("response = 0.1", "response = -0.1", "out_of_range", "weights.response"),
        ("response = 0.1", "response = nan", "out_of_range", "weights.response"),
        ("response = 0.1", "response = 1e-99999999", "out_of_range", "weights.response"),
        ("response = 0.1", 'response = "0.1"', "wrong_type", "weights.response"),
        ("response = 0.1", "response = true", "wrong_type", "weights.response"),
        ("basically = 0.9", "basically = 1.1", "out_of_range", "credits.basically"),
        ("partly = 0", "", "missing_key", "credits.partly"),
        ("partly = 0", "partly = 0\nwholly = 1", "unknown_key", "credits.wholly"),
        ("minimum = 1", "minimum = 1\nmininum = 30", "unknown_key", "mininum"),
        ("minimum = 1", "minimum = 1.5", "wrong_type", "minimum"),
        ("minimum = 1", "minimum = -1", "out_of_range", "minimum"),
        ("first_day = 1", "first_day = 29", "out_of_range", "period.first_day"),
        ("first_day = 1", "first_day = 1\nlast_day = 2", "unknown_key", "period.last_day"),
        ('kinds = ["help"]', 'kinds = ["helb"]', "unknown_word", "kinds"),
        ('kinds = ["help"]', 'kinds = ["help", "help"]', "repeated", "kinds"),
        ('kinds = ["help"]', "kinds = []", "out_of_range", "kinds"),
        ('kinds = ["help"]', 'kinds = "help"', "wrong_type", "kinds"),
        ('"due_at"', '"closed_at"', "unknown_word", "placed_by"),
        ('"leave_out"', '"drop"', "unknown_word", "on_unknown.satisfaction"),
        ('satisfaction = "leave_out"', 'on_time = "leave_out"', "unknown_indicator", "on_unknown.on_time"),
        ("[period]", "[[period]]", "wrong_type", "period"),
        ("score = 3", 'score = 3\n[[deductions]]\nof = "x"\neach = 1\ncap = 5', "unknown_word", "deductions[1].of"),
        ("score = 3", 'score = 3\n[[bonuses]]\nof = "red_cards"\neach = 1', "missing_key", "bonuses[1].cap"),
        ('title = "自定"', 'title = " "', "out_of_range", "title"),
        ("default = 2", "", "missing_key", "decimals.default"),
        ("default = 2", "default = 2\nlooks = 1", "unknown_indicator", "decimals.looks"),
    ],
)
def test_load_names_the_key_when_a_scheme_is_wrong(old: str, new: str, code: str, key: str) -> None:
    assert old in VALID
    with pytest.raises(DomainError) as refusal:
        loads(VALID.replace(old, new, 1))
    assert (refusal.value.code, refusal.value.details["key"]) == (f"scheme.{code}", key)
    assert key in refusal.value.message


def test_load_refuses_when_points_are_given_twice_for_one_thing() -> None:
    twice = '[[deductions]]\nof = "red_cards"\neach = 1\ncap = 5\n[[bonuses]]\nof = "red_cards"\neach = 1\ncap = 5\n'
    with pytest.raises(DomainError) as refusal:
        loads(VALID + twice)
    assert refusal.value.code == "scheme.repeated"


@pytest.mark.parametrize("text", ["name = ", "\x00", "a = 1\na = 2", "a = " + "9" * 5000])
def test_load_refuses_when_text_is_no_toml(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        loads(text)
    assert refusal.value.code == "scheme.unreadable"


def test_load_refuses_when_file_is_missing_or_no_utf8(tmp_path: Path) -> None:
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('title = "自定"'.encode("gbk"))
    for path in (gbk, tmp_path / "none.toml"):
        with pytest.raises(DomainError) as refusal:
            load(path)
        assert refusal.value.code == "scheme.unreadable"


@pytest.mark.parametrize("name", ["nowhere", "", "../beijing", "beijing.toml"])
def test_builtin_refuses_when_name_is_not_shipped(name: str) -> None:
    with pytest.raises(NotFound):
        builtin(name)


def test_weighing_works_for_every_word_when_model_grows() -> None:
    scheme, names = load("beijing"), {field.name for field in fields(Counts)}
    assert all(rate(indicator, Counts(), scheme).value == 0 for indicator in Indicator)
    assert {word.value for word in (*Point, *Tie)} <= names


def test_scheme_is_hashable_when_used_as_a_key() -> None:
    scheme = load("beijing")
    assert {scheme: 1}[replace(scheme)] == 1
