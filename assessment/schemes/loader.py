"""From TOML to a validated ``Scheme``; the built-in ones (rules.md §8) lie beside this file."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path

from assessment.schemes.bands import band_fields
from assessment.schemes.model import (
    ClassRule,
    CountBy,
    Credits,
    Group,
    Indicator,
    Instant,
    Kind,
    OnUnknown,
    Point,
    PointRule,
    Scheme,
    Tie,
)
from assessment.schemes.reader import Section
from assessment.schemes.terms import indicator_of, term_fields
from dispatch.kernel.errors import DomainError, NotFound

# Bounds of what makes sense at all, not policy: a month begins on a day that every month has.
_LAST_FIRST_DAY = 28
_MOST = 1_000_000
_MOST_POINTS = 100
_MOST_DECIMALS = 6
_ANSWERS = frozenset({Indicator.RESPONSE, Indicator.RESOLUTION, Indicator.SATISFACTION})


def builtin_names() -> tuple[str, ...]:
    """Names of the shipped schemes, sorted."""
    files = resources.files(__package__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@cache
def builtin(name: str) -> Scheme:
    """A shipped scheme. Raises ``NotFound`` ``scheme.unknown``. Use this where the name comes from a request."""
    return loads(builtin_text(name))


def builtin_text(name: str) -> str:
    """The file of a shipped scheme, whole: what a publication keeps. Raises as ``builtin``."""
    if name not in builtin_names():
        raise NotFound("scheme.unknown", f"没有名为“{name}”的考核办法，可用：{'、'.join(builtin_names())}。", name=name)
    return (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")


def load(name_or_path: str | Path) -> Scheme:
    """A shipped scheme by name, or a file when the argument ends in ``.toml``. For command lines only:
    it reads any file it is told to. Raises ``DomainError`` ``scheme.*``; the message names the key."""
    if not str(name_or_path).endswith(".toml"):
        return builtin(str(name_or_path))
    return loads(text_of(name_or_path))


def text_of(name_or_path: str | Path) -> str:
    """The text that ``load`` reads."""
    if not str(name_or_path).endswith(".toml"):
        return builtin_text(str(name_or_path))
    try:
        return Path(name_or_path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DomainError("scheme.unreadable", f"无法读取考核办法文件“{name_or_path}”。") from error


def loads(text: str) -> Scheme:
    """A scheme from TOML text. Numbers become exact fractions, never floats (rules.md §7)."""
    try:
        root = Section(tomllib.loads(text, parse_float=Decimal))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise DomainError("scheme.unreadable", f"考核办法不是有效的 TOML：{error}") from error
    scheme = _scheme(root)
    root.done()
    return scheme


def _scheme(root: Section) -> Scheme:
    leave_out = _leave_out(root)
    return Scheme(
        name=root.text("name"),
        version=root.integer("version", 1, _MOST),
        title=root.text("title"),
        note=root.text("note", default=""),
        kinds=frozenset(root.words("kinds", Kind)),
        placed_by=root.word("placed_by", Instant),
        count_by=root.word("count_by", CountBy, default=CountBy.TICKET),
        peer_groups=frozenset(root.words("peer_groups", Group)),
        minimum=root.integer("minimum", 0, _MOST),
        ties=root.words("ties", Tie, may_be_empty=True),
        settle_days=root.integer("settle_days", 0, 366),
        first_day=_first_day(root),
        credits=_credits(root),
        leave_out=leave_out,
        points=_points(root),
        classes=_classes(root),
        decimals=_decimals(root),
        **band_fields(root),
        **term_fields(root, leave_out),
    )


def _first_day(root: Section) -> int:
    period = root.section("period")
    day = period.integer("first_day", 1, _LAST_FIRST_DAY)
    period.done()
    return day


def _credits(root: Section) -> Credits:
    section = root.section("credits")
    found = Credits(basically=section.number("basically", 0, 1), partly=section.number("partly", 0, 1))
    section.done()
    return found


def _leave_out(root: Section) -> frozenset[Indicator]:
    if not root.has("on_unknown"):
        return frozenset()
    section = root.section("on_unknown")
    left_out = set()
    for key in section.names():
        indicator = indicator_of(section, key)
        if indicator not in _ANSWERS:
            raise section.refuse("unknown_indicator", key, "不是由回访回答得出的指标。")
        if section.word(key, OnUnknown) is OnUnknown.LEAVE_OUT:
            left_out.add(indicator)
    return frozenset(left_out)


def _points(root: Section) -> tuple[PointRule, ...]:
    rules: list[PointRule] = []
    for key, sign in (("deductions", -1), ("bonuses", 1)):
        for section in root.sections(key):
            of = section.word("of", Point)
            if of in {rule.of for rule in rules}:
                raise section.refuse("repeated", "of", "已在另一处计分。")
            each, cap = section.number("each", 0, _MOST_POINTS), section.number("cap", 0, _MOST_POINTS)
            section.done()
            rules.append(PointRule(of=of, each=sign * each, cap=cap))
    return tuple(rules)


def _classes(root: Section) -> ClassRule | None:
    if not root.has("classes"):
        return None
    section = root.section("classes")
    rule = ClassRule(
        groups=frozenset(section.words("groups", Group)),
        one_in=section.integer("one_in", 1, _MOST),
        at_most=section.integer("at_most", 0, _MOST),
    )
    section.done()
    return rule


def _decimals(root: Section) -> tuple[tuple[str, int], ...]:
    section = root.section("decimals")
    for key in section.names():
        if key not in {"default", "score"}:
            indicator_of(section, key)
    section.integer("default", 0, _MOST_DECIMALS)
    return tuple((key, section.integer(key, 0, _MOST_DECIMALS)) for key in section.names())
