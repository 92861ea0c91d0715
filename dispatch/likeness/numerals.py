"""Numbers as people write them, 三号楼, 3号楼, 两千元 or 1.5万, as one sign each: the same number is the same sign."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = {
    sign: number for signs in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for number, sign in enumerate(signs)
}
_OF: Final = _DIGITS | {"两": 2}
_SMALL: Final = {"十": 10, "百": 100, "千": 1_000, "拾": 10, "佰": 100, "仟": 1_000}
_LARGE: Final = {"万": 10_000, "亿": 100_000_000}
_STEPS: Final = _SMALL | _LARGE
LONGEST: Final = 24  # longer runs are no numbers; what is left over is read as the next one
_ANY: Final = "0-9" + "".join(_OF)
# A run in which every sign may belong to a number, found fast; then the numbers in it.
_RUN: Final = re.compile(f"[{_ANY}十拾][{_ANY}.{''.join(_STEPS)}]*")
_NUMBER: Final = re.compile(
    f"([0-9]{{1,{LONGEST}}})(?:\\.([0-9]{{1,{LONGEST}}}))?([{''.join(_STEPS)}]{{0,4}})"
    f"|[{''.join(_OF)}十拾][{''.join((*_OF, *_STEPS))}]{{0,{LONGEST - 1}}}"
)

# Signs of a private plane of Unicode stand for numbers. A prime number of them, so that neighbours and round numbers differ.
FIRST_SIGN: Final = 0xF0000
SIGNS: Final = 65_521


def with_signs(text: str) -> str:
    """``text`` with a sign in the place of each number; full-width digits must have been folded."""
    return _RUN.sub(_signs, text)


def _signs(run: re.Match[str]) -> str:
    return _NUMBER.sub(_sign, run.group())


def _sign(found: re.Match[str]) -> str:
    whole, part, steps = found.groups()
    value = _spoken(found.group()) if whole is None else _written(whole, part or "", steps)
    return chr(FIRST_SIGN + value % SIGNS)


def _written(whole: str, part: str, steps: str) -> int:
    """Digits with steps behind them: 1.5万 is 15000; what is left of a fraction stays with the digits."""
    value = int(whole + part)
    for step in steps:
        value *= _STEPS[step]
    scale = 10 ** len(part)
    return value // scale if value % scale == 0 else value


def _spoken(text: str) -> int:
    """一百二十, 二〇二六, 十五, 三万五千."""
    if not any(sign in _STEPS for sign in text):
        return int("".join(str(_OF[sign]) for sign in text))
    total = section = last = 0
    for sign in text:
        if sign in _OF:
            last = _OF[sign]
        elif sign in _SMALL:
            section, last = section + (last or 1) * _SMALL[sign], 0
        else:
            total, section, last = (total + section + last) * _LARGE[sign], 0, 0
    return total + section + last
