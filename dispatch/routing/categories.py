"""Words of threat and emergency (警示词), a shipped table; what a matter is about says :mod:`dispatch.routing.taxonomy`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from dispatch.routing.datasets import rows
from dispatch.routing.keywords import Words
from dispatch.routing.normalise import fold


class Alarm(NamedTuple):
    """A word of threat or emergency: what it means, whom to hand over to (``110`` … or empty), where it stands."""

    word: str
    meaning: str
    hand_over: str
    start: int
    end: int
    basis_zh: str


def alarms(text: str) -> list[Alarm]:
    """Words of threat or emergency in the order of the text; any of them makes the ticket critical (art 29)."""
    table = _alarm_words()
    return [
        Alarm(word, table[word]["meaning"], table[word]["hand_over"], start, end, table[word]["basis_zh"])
        for word, start, end in _words().found(text)
    ]


@cache
def _alarm_words() -> Mapping[str, Mapping[str, str]]:
    return {fold(row["word"]): row for row in rows("alarm_words")}


@cache
def _words() -> Words:
    return Words(_alarm_words())
