"""Names with one wrong character: half of the name is still right, so halves are looked for and the rest is compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import ahocorasick

from dispatch.routing.aliases import DISTRICT, Alias
from dispatch.routing.forms import Form
from dispatch.routing.matching import Span, closes, opens

_SHORTEST: Final = 4
_UNGUARDED: Final = 6
_LEAST_HALF: Final = 2  # characters of its own that a half needs to say anything
_MOST_TEXT: Final = 600  # where a matter is told in the first sentences; the rest of a long text is not tried
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
_TELLING: Final = frozenset("东南西北中前后上下左右内外里甲乙丙丁大小新老一二三四五六七八九十0123456789abcdefghijklmnopqrstuvwxyz")


class _Half(NamedTuple):
    """A half of an alias and how many characters of the alias stand before it."""

    before: int
    alias: Alias


class Near:
    """The names in which a wrong character is tolerated."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        halves: dict[str, list[_Half]] = {}
        for alias in aliases:
            if alias.kind == DISTRICT or alias.form not in _FORMS or len(alias.words) < _SHORTEST:
                continue
            own, middle = len(_own_part(alias.words)), len(alias.words) // 2
            if min(middle, own) >= _LEAST_HALF:
                halves.setdefault(alias.words[:middle], []).append(_Half(0, alias))
            if own - middle >= _LEAST_HALF:
                halves.setdefault(alias.words[middle:], []).append(_Half(middle, alias))
        self._machine = ahocorasick.Automaton()
        for half, owners in halves.items():
            self._machine.add_word(half, (half, tuple(owners)))
        if halves:
            self._machine.make_automaton()

    def find(self, folded: str, field: str, taken: Sequence[Span]) -> list[Span]:
        """Windows of the text that differ from a name in one character; ``taken`` are the exact names, which may end before them.

        Windows do not overlap, the longest wins; of one window all names are given.
        """
        text = folded[:_MOST_TEXT]
        if not text or not len(self._machine):
            return []
        ends = {span.end for span in taken}
        found: dict[tuple[int, int], list[Span]] = {}
        trials = 0
        for last, (half, owners) in self._machine.iter(text):
            trials += len(owners)
            for before, alias in owners:
                start = last + 1 - len(half) - before
                end = start + len(alias.words)
                if start >= 0 and end <= len(text) and _is_near(text[start:end], alias.words):
                    found.setdefault((start, end), []).append(Span(field, start, end, alias, is_exact=False))
            if trials > _MOST_TRIALS:
                break
        windows = [window for window in found if _stands(window, text, ends)]
        return [span for window in _apart(windows) for span in found[window]]


def _own_part(words: str) -> str:
    for ending in _ENDINGS:
        if words.endswith(ending):
            return words[: -len(ending)]
    return words


def _is_near(window: str, words: str) -> bool:
    """Whether one character differs and may be a slip."""
    wrong = [(one, other) for one, other in zip(window, words, strict=True) if one != other]
    return len(wrong) == 1 and not (wrong[0][0] in _TELLING and wrong[0][1] in _TELLING)


def _stands(window: tuple[int, int], text: str, ends: set[int]) -> bool:
    start, end = window
    return end - start >= _UNGUARDED or (opens(text, start, ends) and closes(text, end))


def _apart(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    used: set[int] = set()
    kept = []
    for start, end in sorted(windows, key=lambda window: (window[0] - window[1], window)):
        if used.isdisjoint(range(start, end)):
            used.update(range(start, end))
            kept.append((start, end))
    return sorted(kept)
