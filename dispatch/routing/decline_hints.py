"""What the words of a matter hint at among the six grounds of art 11: suggested only, a person confirms (design §7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import ahocorasick

from dispatch.routing.datasets import rows
from dispatch.routing.normalise import fold


@dataclass(frozen=True, slots=True)
class DeclineHint:
    """A ground of art 11 by its code, and the words that speak for it, as the table writes them."""

    ground: str
    words: tuple[str, ...]


def decline_hints(said: str) -> tuple[DeclineHint, ...]:
    """The grounds that the words hint at, the one with most words first; empty where nothing does."""
    found: dict[str, dict[str, None]] = {}
    for _end, (word, ground) in _machine().iter(fold(said)):
        found.setdefault(ground, {})[word] = None
    ranked = sorted(found, key=lambda ground: (-len(found[ground]), ground))
    return tuple(DeclineHint(ground, tuple(found[ground])) for ground in ranked)


@cache
def _machine() -> ahocorasick.Automaton:
    machine = ahocorasick.Automaton()
    for row in rows("decline_words"):
        machine.add_word(fold(row["word"]), (row["word"], row["ground"]))
    machine.make_automaton()
    return machine
