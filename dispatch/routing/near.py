"""Names with one wrong character. Short ones are looked up by what is left when each character in turn is ignored, where a name
may stand; of long ones a half is still right, so halves are looked for and the rest is compared."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import ahocorasick

from dispatch.routing.aliases import DISTRICT, Alias
from dispatch.routing.forms import Form
from dispatch.routing.matching import Span, closings, openings

_SHORTEST: Final = 4
_LONG: Final = 8
_LEAST_OWN: Final = (
    2  # characters of its own, not shared by many names, that must be right without a district beside it
)
_MOST_TEXT: Final = 600  # a matter's place is told in the first sentences; the rest of a long text is not tried
_MOST_TRIALS: Final = 20_000
_FORMS: Final = frozenset({Form.OFFICIAL, Form.USUAL, Form.COMMUNITY, Form.PLACE, Form.LONG_BARE, Form.STREET})
# Endings that many names share say nothing of which name it is.
_ENDINGS: Final = (
    "社区居民委员会",
    "社区居民居委会",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "居委会",
    "村委会",
    "家属院",
    "街道",
    "地区",
    "社区",
    "小区",
    "家园",
    "花园",
    "公寓",
    "嘉园",
    "佳园",
    "大厦",
    "宿舍",
    "胡同",
)
# 一区 for 二区, 东里 for 西里, 3号 for 5号: another place, not a slip of the pen.
_TELLING: Final = frozenset(
    "东南西北中前后上下左右内外里甲乙丙丁大小新老一二三四五六七八九十0123456789abcdefghijklmnopqrstuvwxyz"
)


class _Half(NamedTuple):
    """A half of an alias and how many characters of the alias stand before it."""

    before: int
    alias: Alias


class Near:
    """The names in which a wrong character is tolerated."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        fit = [
            alias
            for alias in aliases
            if alias.kind != DISTRICT and alias.form in _FORMS and len(alias.words) >= _SHORTEST
        ]
        self._short = [alias for alias in fit if len(alias.words) < _LONG]
        # A hash each instead of the words: a tenth of the memory, and what is found is compared anyway.
        keys = sorted((key, place) for place, alias in enumerate(self._short) for key in _blanked(alias.words))
        self._keys = array("q", (key for key, _place in keys))
        self._owners = array("l", (place for _key, place in keys))
        self._machine = _halves(alias for alias in fit if len(alias.words) >= _LONG)

    def find(self, folded: str, field: str, taken: Sequence[Span]) -> list[Span]:
        """Windows of the text that differ from a name in one character; ``taken`` are the exact names beside or inside of them.

        Windows do not overlap, the longest wins; of one window all names are given. Without a district among ``taken``
        most of the name's own characters must be right.
        """
        text = folded[:_MOST_TEXT]
        exact = {(span.start, span.end) for span in taken}
        has_district = any(span.alias.kind == DISTRICT for span in taken)
        found: dict[tuple[int, int], list[Span]] = {}
        for start, end, alias in (*self._find_short(text, {span.end for span in taken}), *self._find_long(text)):
            if (start, end) not in exact and _is_near(text[start:end], alias.words, has_district=has_district):
                found.setdefault((start, end), []).append(Span(field, start, end, alias, is_exact=False))
        return [span for window in _apart(found) for span in found[window]]

    def _find_short(self, text: str, ends: set[int]) -> Iterator[tuple[int, int, Alias]]:
        closing = closings(text)
        for start in sorted({*openings(text), *ends}):
            for end in range(start + _SHORTEST, min(start + _LONG, len(text) + 1)):
                if end in closing:
                    for alias in self._alike(text[start:end]):
                        yield start, end, alias

    def _alike(self, window: str) -> list[Alias]:
        found: dict[int, None] = {}
        for key in _blanked(window):
            place = bisect_left(self._keys, key)
            while place < len(self._keys) and self._keys[place] == key:
                found[self._owners[place]] = None
                place += 1
        return [self._short[place] for place in found if len(self._short[place].words) == len(window)]

    def _find_long(self, text: str) -> Iterator[tuple[int, int, Alias]]:
        if not text or not len(self._machine):
            return
        trials = 0
        for last, (half, owners) in self._machine.iter(text):
            trials += len(owners)
            for before, alias in owners:
                start = last + 1 - len(half) - before
                end = start + len(alias.words)
                if start >= 0 and end <= len(text):
                    yield start, end, alias
            if trials > _MOST_TRIALS:
                return


def _blanked(words: str) -> Iterator[int]:
    return (hash(f"{words[:at]}\0{words[at + 1 :]}") for at in range(len(words)))


def _halves(aliases: Iterable[Alias]) -> ahocorasick.Automaton:
    owners: dict[str, list[_Half]] = {}
    for alias in aliases:
        own, middle = _own_length(alias.words), len(alias.words) // 2
        if own >= _LEAST_OWN:
            owners.setdefault(alias.words[:middle], []).append(_Half(0, alias))
        if own - middle >= _LEAST_OWN:
            owners.setdefault(alias.words[middle:], []).append(_Half(middle, alias))
    machine = ahocorasick.Automaton()
    for half, listed in owners.items():
        machine.add_word(half, (half, tuple(listed)))
    if owners:
        machine.make_automaton()
    return machine


def _own_length(words: str) -> int:
    return next((len(words) - len(ending) for ending in _ENDINGS if words.endswith(ending)), len(words))


def _is_near(window: str, words: str, *, has_district: bool) -> bool:
    """Whether one character differs, may be a slip, and leaves enough of the name."""
    wrong = [at for at, char in enumerate(words) if window[at] != char]
    if len(wrong) != 1 or window[wrong[0]] in _TELLING:
        return False
    own = _own_length(words)
    if wrong[0] >= own:
        return window[own:] not in _ENDINGS
    return has_district or own - 1 >= _LEAST_OWN


def _apart(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    used: set[int] = set()
    kept = []
    for start, end in sorted(windows, key=lambda window: (window[0] - window[1], window)):
        if used.isdisjoint(range(start, end)):
            used.update(range(start, end))
            kept.append((start, end))
    return sorted(kept)
