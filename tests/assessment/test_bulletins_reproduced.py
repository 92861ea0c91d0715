"""Percents that real offices published come out of the scheme engine, at the decimals published (shared ``rate_checks.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from assessment.metrics import Counts, half_up
from assessment.rankings import Row, UnitRow, rank
from assessment.schemes import loads
from assessment.schemes.model import Group

# A scheme that weighs what the row is about, and nothing else.
SCHEME = """
name = "bulletin"
version = 1
title = "核对"
kinds = ["help", "complaint", "report"]
placed_by = "followed_up_at"
peer_groups = ["township"]
minimum = 0
ties = []
settle_days = 0
[period]
first_day = 1
[weights]
{indicator} = 1
[credits]
basically = {basically}
partly = 0
[decimals]
default = 2
{scale}
"""
UPWARDS = "[scales.share_of_intake]\nfull = 1\nnone = 0"


def all_reached(numerator: str, denominator: str, **counts: int) -> dict[str, int]:
    return {"received": int(denominator), "valid": int(denominator), **counts}


def part(field: str) -> Callable[[str, str], dict[str, int]]:
    return lambda numerator, denominator: all_reached(numerator, denominator, **{field: int(numerator)})


def xining_satisfaction(numerator: str, denominator: str) -> dict[str, int]:
    return all_reached(numerator, denominator, satisfied=614, basically=34)


def mochou_satisfaction(numerator: str, denominator: str) -> dict[str, int]:
    return all_reached(numerator, denominator, satisfied=6197, basically=237)


SHARE = ("share_of_intake", lambda numerator, _: {"received": int(numerator), "valid": 1}, "1")
# By place and metric: the indicator, the unit's counts by its numbers, the credit of "basically".
ASKED: dict[tuple[str, str], tuple[str, Callable[[str, str], dict[str, int]], str]] = {
    ("西宁市城中区", "响应率"): ("response", part("contacted"), "0.6"),
    ("西宁市城中区", "解决率"): ("resolution", part("yes"), "0.6"),
    ("西宁市城中区", "满意率"): ("satisfaction", xining_satisfaction, "0.6"),
    ("西宁市城中区", "满意率(if 基本满意=1)"): ("satisfaction", xining_satisfaction, "1"),
    ("西宁市城中区", "镇办承接占比 (404/1153)"): SHARE,
    ("南川西路街道办", "承接占比"): SHARE,
    ("南滩街道办", "承接占比"): SHARE,
    ("总寨镇", "承接占比"): SHARE,
    ("丰城市", "解决率"): ("resolution", part("yes"), "1"),
    ("淮北市", "来电转办办结率"): ("closed", part("completed"), "1"),
    ("淮北市", "政务网办结率"): ("closed", part("completed"), "1"),
    ("宁国市", "按时结案率"): ("on_time", part("on_time"), "1"),
    ("大英县", "按期回复(无公布率)"): ("on_time", part("on_time"), "1"),
    ("某市政府信箱", "处理答复率"): ("closed", part("completed"), "1"),
    ("莫愁湖街道", "满意度"): ("satisfaction", mochou_satisfaction, "0"),
    ("铜川市市长信箱", "回复率"): ("on_time", part("on_time"), "1"),
}
# Not reproduced, and why.
NOT = {
    ("西宁市城中区", "满意率(if 基本满意=1)"): "the same published percent under another credit: only 0.6 gives it",
    (
        "莫愁湖街道",
        "满意度",
    ): "no credit of 'basically' from 0 to 1 gives the published percent: it lies below even the credit 0",
    ("大英县", "按期回复(无公布率)"): "the office published counts and no percent",
}


def percent_of(row: dict[str, str], decimals: int) -> str:
    """What the engine makes of the row: a unit ranked alone, or beside one that got the rest of the intake."""
    indicator, counts, basically = ASKED[row["place"], row["metric"]]
    is_share = indicator == "share_of_intake"
    scheme = loads(SCHEME.format(indicator=indicator, basically=basically, scale=UPWARDS if is_share else ""))
    own = Counts(**counts(row["numerator"], row["denominator"]))
    rest = Counts(received=int(row["denominator"]) - own.received)
    rows: list[Row] = rank(
        [UnitRow("1", "本单位"), UnitRow("2", "其余")], {"1": own, "2": rest}, scheme, Group.TOWNSHIP
    )
    (score,) = [one.score for one in rows if one.unit.code == "1"]
    assert score is not None
    return half_up(score, decimals)


def test_score_gives_the_published_percent_when_it_can_be_reproduced(rate_checks: Path) -> None:
    with rate_checks.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["place"], row["metric"]) for row in rows} == set(ASKED)
    for row in rows:
        published = row["published_pct"]
        is_reproduced = bool(published) and percent_of(row, len(published.partition(".")[2])) == published
        assert is_reproduced == ((row["place"], row["metric"]) not in NOT), row
    assert len(rows) - len(NOT) == 13


@pytest.mark.parametrize("credit", ["0", "0.3", "0.6", "0.9", "1"])
def test_no_credit_gives_what_is_said_not_to_be_reproduced(credit: str) -> None:
    satisfied, basically, valid = 6197, 237, 7696
    assert half_up((satisfied + Fraction(credit) * basically) / Fraction(valid) * 100, 2) != "80.32"
