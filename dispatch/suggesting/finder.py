"""Finding named things by what was typed so far: name, part of a name, code, full spelling or initials; pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from dispatch.places.pinyin import spellings
from dispatch.routing.normalise import fold

LONGEST_TYPED = 40


class How(IntEnum):
    """How what was typed fits, the best first."""

    EXACT = 0
    PREFIX = 1
    INITIALS = 2
    SPELLING = 3
    INSIDE = 4
    WORD = 5


class Named(NamedTuple):
    """A thing with its code, its name, and other words that it is found by (aliases, keywords)."""

    code: str
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A thing and how it was found."""

    code: str
    name: str
    how: How


class _Entry(NamedTuple):
    code: str
    name: str
    folded_code: str
    folded: str
    full: tuple[str, ...]
    initials: tuple[str, ...]
    words: tuple[str, ...]


class Finder:
    """An index over a few thousand things, made once and never changed; a question walks it in a few milliseconds."""

    def __init__(self, things: Iterable[Named]) -> None:
        self._entries = [_entry(thing) for thing in things]

    def find(self, typed: str, *, limit: int, is_wanted: Callable[[str], bool] = lambda _code: True) -> Sequence[Found]:
        """The best ``limit`` of what fits ``typed`` and is wanted, shorter names first, then by code; nothing for blanks."""
        wanted = "".join(fold(typed[:LONGEST_TYPED]).split())
        if not wanted:
            return []
        hits = (
            (how, len(entry.name), entry.code, entry.name)
            for entry in self._entries
            if (how := _fits(entry, wanted)) is not None and is_wanted(entry.code)
        )
        return [Found(code, name, how) for how, _length, code, name in heapq.nsmallest(limit, hits)]


def _entry(thing: Named) -> _Entry:
    full, initials = spellings(fold(thing.name))
    words = tuple(fold(word) for word in thing.words)
    return _Entry(thing.code, thing.name, fold(thing.code), fold(thing.name), tuple(full), tuple(initials), words)


def _fits(entry: _Entry, wanted: str) -> How | None:
    if wanted in (entry.folded, entry.folded_code):
        return How.EXACT
    if entry.folded.startswith(wanted) or entry.folded_code.startswith(wanted):
        return How.PREFIX
    if any(one.startswith(wanted) for one in entry.initials):
        return How.INITIALS
    if any(one.startswith(wanted) for one in entry.full):
        return How.SPELLING
    if wanted in entry.folded:
        return How.INSIDE
    return How.WORD if any(wanted in word for word in entry.words) else None
