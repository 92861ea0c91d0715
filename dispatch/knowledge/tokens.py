"""Chinese full-text search without a dictionary: every two neighbouring characters are a token, Latin words and numbers are whole.

The text search of PostgreSQL needs words; Chinese has no blanks between them and no extension may be needed (design §3). A run
of Chinese is therefore indexed by its character pairs, and by its last character, so that ``水:*`` finds 水 wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from dispatch.routing.normalise import fold

HAN: Final = "㐀-䶿一-鿿𠀀-𯨟"
RUN: Final = re.compile(f"[{HAN}]+|[^\\W{HAN}_]+")
IS_HAN: Final = re.compile(f"[{HAN}]")
LONGEST_WORD: Final = 100  # characters; a lexeme may not pass 2 kB
LONGEST_QUESTION: Final = 200  # characters; what is longer is cut
MOST_QUESTIONS: Final = 40  # tokens: more do not make the answer better, only later
EXCERPT_LENGTH: Final = 80
EXCERPT_LEAD: Final = 12  # characters before the first match


def vector(parts: Iterable[tuple[str, str]]) -> str:
    """The tsvector literal of (text, weight) parts; weight ``A`` to ``D`` as PostgreSQL knows them."""
    lexemes: list[str] = []
    place = 0
    for text, weight in parts:
        for token in _tokens(fold(text)):
            place += 1
            lexemes.append(f"'{token}':{place}{weight}")
        place += 1  # no pair stands across two parts
    return " ".join(lexemes)


def questions(words: str) -> list[str]:
    """One tsquery literal per token of what somebody typed; empty where that holds neither letter nor digit."""
    found: dict[str, None] = {}
    for run in RUN.findall(fold(words[:LONGEST_QUESTION])):
        if IS_HAN.match(run) and len(run) > 1:
            found.update(dict.fromkeys(f"'{pair}'" for pair in _pairs(run)))
        else:
            found[f"'{run[:LONGEST_WORD]}':*"] = None
    return list(found)[:MOST_QUESTIONS]


def phrase(word: str) -> str:
    """One tsquery literal for the whole of ``word``: its tokens one after the other."""
    tokens = [token for run in RUN.findall(fold(word)) for token in _pieces(run)]
    literals = [f"'{token[:LONGEST_WORD]}'" + (":*" if len(token) == 1 else "") for token in tokens]
    return f"({' <-> '.join(literals)})" if len(literals) > 1 else literals[0]


def excerpt(body: str, words: str) -> str:
    """The stretch of ``body`` where most of ``words`` stand together, on one line; the beginning where none does."""
    folded = fold(body)
    wanted = {piece for run in RUN.findall(fold(words[:LONGEST_QUESTION])) for piece in _pieces(run)}
    places = sorted(place for piece in wanted if (place := folded.find(piece)) >= 0)
    best = max(places, key=lambda start: (_count(places, start), -start), default=0)
    start = max(best - EXCERPT_LEAD, 0)
    shown = " ".join(body[start : start + EXCERPT_LENGTH].split())
    return f"{'…' if start else ''}{shown}{'…' if start + EXCERPT_LENGTH < len(body) else ''}"


def _count(places: list[int], start: int) -> int:
    return sum(start <= place < start + EXCERPT_LENGTH - EXCERPT_LEAD for place in places)


def _tokens(text: str) -> Iterator[str]:
    for run in RUN.findall(text):
        if IS_HAN.match(run):
            yield from _pairs(run)
            yield run[-1]
        else:
            yield run[:LONGEST_WORD]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _pieces(run: str) -> list[str]:
    return _pairs(run) if IS_HAN.match(run) and len(run) > 1 else [run]
