"""How a Chinese name is typed without an input method: full spelling and initials."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dispatch.routing.normalise import fold


class Spelling(NamedTuple):
    """``full``: ``jianguomenjiedao``, ``initials``: ``jgmjd``; what is no Chinese character stands in both as it is, folded."""

    full: str
    initials: str


@cache
def spelling(name: str) -> Spelling:
    """The spelling of ``name`` without tones; of several readings the one that the word has."""
    from pypinyin import Style, lazy_pinyin  # a tenth of a second that no command needs

    folded = fold(name)
    full = "".join(lazy_pinyin(folded, style=Style.NORMAL))
    initials = "".join(lazy_pinyin(folded, style=Style.FIRST_LETTER))
    return Spelling(full, initials)
