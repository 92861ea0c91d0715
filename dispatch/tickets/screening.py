"""Free text at the boundary to units: telephone and identity numbers are covered, the rest stays readable (design §2.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dispatch.access.vault import Reporter, masked_name

COVER = "*"
SHORTEST_NAME = 2  # a single character is part of many other words

# Separators that people put into numbers, and digits in either width.
_D = "[0-9０-９]"
_S = r"[\s\-－—·.()（）]{0,2}"
_BEFORE, _AFTER = rf"(?<!{_D})", rf"(?!{_D})"

_IDENTITY = rf"{_BEFORE}[1-9１-９](?:{_S}{_D}){{16}}{_S}[0-9０-９XxＸｘ]{_AFTER}"
_OLD_IDENTITY = rf"{_BEFORE}[1-9１-９]{_D}{{14}}{_AFTER}"
_MOBILE = rf"{_BEFORE}(?:(?:\+|＋|00)?86{_S})?[1１][3-9３-９](?:{_S}{_D}){{9}}{_AFTER}"
_LANDLINE = rf"{_BEFORE}[（(]?[0０][1-9１-９]{_D}{{1,2}}[)）]?{_S}[2-9２-９](?:{_S}{_D}){{6,7}}{_AFTER}"
_DATE = r"20\d\d[01]\d[0-3]\d"  # 20261122: a day, also at the head of a ticket's number
_LOCAL = rf"{_BEFORE}(?!{_DATE})[2-9２-９]{_D}{{3}}[\s\-－]?{_D}{{4}}{_AFTER}"

_NUMBERS = re.compile(f"{_IDENTITY}|{_OLD_IDENTITY}|{_MOBILE}|{_LANDLINE}|{_LOCAL}")


def screened(text: str | None, known: Iterable[Reporter] = ()) -> str | None:
    """``text`` with telephone and identity numbers covered, and the names of ``known`` reporters; None stays None.

    The first three and the last two digits stay. Ticket numbers, amounts, dates and house numbers are shorter or of another
    shape and are left alone. Screening twice changes nothing more.
    """
    if text is None:
        return None
    for reporter in known:
        if reporter.name and len(reporter.name) >= SHORTEST_NAME:
            text = text.replace(reporter.name, masked_name(reporter.name))
    return _NUMBERS.sub(_cover, text)


def _cover(match: re.Match[str]) -> str:
    digits = [place for place, letter in enumerate(match[0]) if letter.isalnum()]
    hidden = set(digits[3:-2])
    return "".join(COVER if place in hidden else letter for place, letter in enumerate(match[0]))
