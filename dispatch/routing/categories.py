"""Classification by weighted keywords, alarm words, and the shipped catalogue and policy tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import ahocorasick

from dispatch.routing.datasets import dataset_version, rows
from dispatch.routing.normalise import fold

__all__ = [
    "Alarm",
    "Category",
    "CategoryScore",
    "alarms",
    "categories",
    "category",
    "classify",
    "dataset_version",
    "leaves",
]

_TITLE_FACTOR: Final = 2


class Category(NamedTuple):
    """A class (two digits, no parent) or a leaf (four digits); ``keywords`` are (word, weight)."""

    code: str
    name: str
    parent_code: str
    keywords: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """A leaf with its score (the sum of the weights of distinct words) and the words, heaviest first."""

    code: str
    name: str
    score: int
    evidence: tuple[str, ...]


class Alarm(NamedTuple):
    """A word of threat or emergency: what it means, whom to hand over to (``110`` … or empty), where it stands."""

    word: str
    meaning: str
    hand_over: str
    start: int
    end: int
    basis_zh: str


@cache
def categories() -> Mapping[str, Category]:
    """All shipped categories by code, in the order of the file."""
    return {
        row["code"]: Category(row["code"], row["name"], row["parent_code"], tuple(_keywords(row["keywords"])))
        for row in rows("categories")
    }


def leaves() -> tuple[Category, ...]:
    """The categories that a ticket can have."""
    return tuple(item for item in categories().values() if item.parent_code)


def category(code: str) -> Category | None:
    """The category of that code, or None."""
    return categories().get(code)


def classify(title: str, text: str) -> list[CategoryScore]:
    """Leaves with evidence, best first (score, then code); empty when no keyword occurs.

    Of overlapping words the longest counts; each word counts once, a word of the title twice.
    """
    scores: dict[str, dict[str, int]] = {}
    for words, factor in ((_found(title), _TITLE_FACTOR), (_found(text), 1)):
        for word in words:
            for code, weight in _weights()[word]:
                evidence = scores.setdefault(code, {})
                evidence[word] = max(evidence.get(word, 0), weight * factor)
    ranked = sorted(scores, key=lambda code: (-sum(scores[code].values()), code))
    return [_score(code, scores[code]) for code in ranked]


def alarms(text: str) -> list[Alarm]:
    """Words of threat or emergency in the order of the text; any of them makes the ticket critical (art 29)."""
    table = _alarm_words()
    return [
        Alarm(word, table[word]["meaning"], table[word]["hand_over"], start, end, table[word]["basis_zh"])
        for word, start, end in _longest(_alarm_machine(), fold(text))
    ]


def _score(code: str, evidence: Mapping[str, int]) -> CategoryScore:
    words = tuple(sorted(evidence, key=lambda word: (-evidence[word], word)))
    return CategoryScore(code, categories()[code].name, sum(evidence.values()), words)


def _found(text: str) -> list[str]:
    return list(dict.fromkeys(word for word, _start, _end in _longest(_keyword_machine(), fold(text))))


def _longest(machine: ahocorasick.Automaton, folded: str) -> Iterator[tuple[str, int, int]]:
    """Leftmost-longest, non-overlapping matches."""
    end, pending = 0, None
    for last, word in machine.iter(folded):
        start = last + 1 - len(word)
        if pending is not None and start <= pending[1]:
            # A word that begins at or before the pending one is longer and swallows it.
            pending = (word, start, last + 1)
            continue
        if pending is not None and start < pending[2]:
            continue
        if pending is not None:
            yield pending
            end = pending[2]
        if start >= end:
            pending = (word, start, last + 1)
    if pending is not None:
        yield pending


def _keywords(field: str) -> Iterator[tuple[str, int]]:
    for item in field.split():
        word, weight = item.rsplit(":", 1)
        yield fold(word), int(weight)


@cache
def _weights() -> Mapping[str, tuple[tuple[str, int], ...]]:
    table: dict[str, tuple[tuple[str, int], ...]] = {}
    for item in categories().values():
        for word, weight in item.keywords:
            table[word] = (*table.get(word, ()), (item.code, weight))
    return table


@cache
def _keyword_machine() -> ahocorasick.Automaton:
    return _machine(_weights())


@cache
def _alarm_words() -> Mapping[str, Mapping[str, str]]:
    return {fold(row["word"]): row for row in rows("alarm_words")}


@cache
def _alarm_machine() -> ahocorasick.Automaton:
    return _machine(_alarm_words())


def _machine(words: Iterable[str]) -> ahocorasick.Automaton:
    machine = ahocorasick.Automaton()
    for word in words:
        machine.add_word(word, word)
    machine.make_automaton()
    return machine
