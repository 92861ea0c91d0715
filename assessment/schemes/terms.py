"""The terms of a score, read from a scheme: weights with their scales, what a denominator of 0 earns, given values.

[weights]
acknowledged_in_time = 0.2
per_ten_thousand = 0.1
[scales.per_ten_thousand]       # required where a value has no bounds of its own
full = 20
none = 200
[on_zero]                       # required where the denominator can be 0 for a ranked unit
acknowledged_in_time = 1
per_ten_thousand = 0
[[given]]
key = "knowledge_updates"
share = 0.1
full = 10
none = 0
on_missing = 0
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypedDict

from assessment.given.kinds import kinds
from assessment.schemes.model import GivenRule, Indicator, Weight
from assessment.schemes.reader import Section

_FARTHEST = 1_000_000  # a bound of what makes sense at all
# Less is better: without a scale of its own, 0 earns everything and 100 % nothing.
REVERSE = frozenset(
    {
        Indicator.DISSATISFIED,
        Indicator.REDO,
        Indicator.REPEATS,
        Indicator.LOST_DISPUTES,
        Indicator.SHARE_OF_INTAKE,
        Indicator.PER_TEN_THOUSAND,
    }
)
_UNBOUNDED = frozenset({Indicator.PER_TEN_THOUSAND})
# A ranked unit has a valid follow-up, so that denominators of valid or received ones are never 0; these can be.
_CAN_BE_ZERO = frozenset(
    {
        Indicator.ACKNOWLEDGED_IN_TIME,
        Indicator.FIRST_CONTACT_IN_TIME,
        Indicator.PER_TEN_THOUSAND,
        Indicator.PEER_MARKS,
    }
)
# rules.md §8 says it for every scheme: with neither, 0. A scheme may say otherwise.
_SAID_BY_THE_RULES = frozenset({Indicator.ACTUAL_RESOLUTION})


class TermFields(TypedDict):
    """The two fields of ``Scheme``."""

    weights: tuple[Weight, ...]
    given: tuple[GivenRule, ...]


def indicator_of(section: Section, key: str) -> Indicator:
    """The indicator of that name. Raises ``DomainError`` ``scheme.unknown_indicator``."""
    if key not in {word.value for word in Indicator}:
        raise section.refuse("unknown_indicator", key, f"不是已知的指标，可用：{'、'.join(Indicator)}。")
    return Indicator(key)


def term_fields(root: Section, leave_out: frozenset[Indicator]) -> TermFields:
    """``weights`` and ``given`` of a scheme. Raises ``DomainError`` ``scheme.*`` naming the key."""
    section = root.section("weights")
    shares = {indicator_of(section, key): section.number(key, 0, 1) for key in section.names()}
    given = _given(root)
    total = sum((*shares.values(), *(rule.share for rule in given)), Fraction(0))
    if total != 1:
        why = "各项之和应为 1" if not given else "与 given 各项的 share 之和应为 1"
        raise root.refuse("weights_do_not_sum", "weights", f"{why}，现为 {float(total):g}。")
    scales, zeros = _scales(root, shares), _zeros(root, shares, leave_out)
    weights = tuple(
        Weight(indicator, share, *scales[indicator], on_zero=zeros.get(indicator, Fraction(0)))
        for indicator, share in shares.items()
    )
    return {"weights": weights, "given": given}


def _scales(root: Section, shares: dict[Indicator, Fraction]) -> dict[Indicator, tuple[Fraction, Fraction]]:
    """``full`` and ``none`` of every weighed indicator."""
    section = root.section("scales") if root.has("scales") else Section({}, "scales")
    for key in section.names():
        _require_weighed(section, key, shares)
    found = {}
    for indicator in shares:
        if section.has(indicator.value):
            found[indicator] = _scale(section.section(indicator.value))
        elif indicator in _UNBOUNDED:
            raise section.refuse(
                "missing_key", indicator.value, "缺失：这项指标没有上限，须写明得满分(full)与得零分(none)的数值。"
            )
        else:
            found[indicator] = (Fraction(0), Fraction(1)) if indicator in REVERSE else (Fraction(1), Fraction(0))
    return found


def _scale(section: Section) -> tuple[Fraction, Fraction]:
    full, none = section.number("full", 0, _FARTHEST), section.number("none", 0, _FARTHEST)
    section.done()
    if full == none:
        raise section.refuse("out_of_range", "none", "不能与 full 相同。")
    return full, none


def _zeros(
    root: Section, shares: dict[Indicator, Fraction], leave_out: frozenset[Indicator]
) -> dict[Indicator, Fraction]:
    """What a denominator of 0 earns; said by the scheme wherever it can be 0."""
    section = root.section("on_zero") if root.has("on_zero") else Section({}, "on_zero")
    can_be = (_CAN_BE_ZERO | leave_out | _SAID_BY_THE_RULES) & set(shares)
    found = {}
    for key in section.names():
        indicator = _require_weighed(section, key, shares)
        if indicator not in can_be:
            raise section.refuse("unknown_indicator", key, "的分母不会为零，不必说明。")
        found[indicator] = section.number(key, 0, 1)
    for indicator in shares:
        if indicator in can_be - _SAID_BY_THE_RULES and indicator not in found:
            raise section.refuse(
                "missing_key", indicator.value, "缺失：这项指标的分母可能为零，须写明此时得几成分(0 到 1)。"
            )
    return found


def _require_weighed(section: Section, key: str, shares: dict[Indicator, Fraction]) -> Indicator:
    indicator = indicator_of(section, key)
    if indicator not in shares:
        raise section.refuse("unknown_indicator", key, "不在 weights 之中。")
    return indicator


def _given(root: Section) -> tuple[GivenRule, ...]:
    rules: list[GivenRule] = []
    for section in root.sections("given"):
        key = section.text("key")
        if key not in kinds():
            raise section.refuse("unknown_indicator", "key", f"不是已知的录入值，可用：{'、'.join(kinds())}。")
        if key in {rule.key for rule in rules}:
            raise section.refuse("repeated", "key", "已在另一处计分。")
        share = section.number("share", 0, 1)
        full, none = section.number("full", 0, _FARTHEST), section.number("none", 0, _FARTHEST)
        if full == none:
            raise section.refuse("out_of_range", "none", "不能与 full 相同。")
        on_missing = section.number("on_missing", 0, 1)
        section.done()
        rules.append(GivenRule(key, share, full, none, on_missing))
    return tuple(rules)
