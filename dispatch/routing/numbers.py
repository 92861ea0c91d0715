"""House numbers behind a road's name: 和平里东街18号院, 甲18号, 十八号."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = re.compile(r" ?[甲乙丙丁]?(\d{1,5})(?:[-之]\d+)?(?:号|弄|院|$|(?=[^\d%]))")
_CHINESE: Final = re.compile(r"[甲乙丙丁]?([一二三四五六七八九十百零〇]{1,5})号")
_LONGEST: Final = 12
_VALUES: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS: Final = {"十": 10, "百": 100}


def house_number(folded: str, end: int) -> int | None:
    """The number that follows a road's name, which ends at ``end``; None where there is none."""
    rest = folded[end : end + _LONGEST]
    digits = _DIGITS.match(rest)
    if digits:
        return int(digits[1])
    words = _CHINESE.match(rest)
    return _value(words[1]) if words else None


def _value(words: str) -> int:
    """十八 → 18, 一百零三 → 103, 二〇五 → 205."""
    if not any(char in _UNITS for char in words):
        return int("".join(str(_VALUES[char]) for char in words))
    total = pending = 0
    for char in words:
        if char in _UNITS:
            total += (pending or 1) * _UNITS[char]
            pending = 0
        else:
            pending = _VALUES[char]
    return total + pending
