"""How a search is ranked, from ``data/search.toml``, and which words say the same, from ``data/synonyms.csv``."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from dispatch.knowledge.tokens import phrase, questions
from dispatch.routing.normalise import fold

PLACES = ("body", "unused", "questions", "title")  # D, C, B, A: the order in which ts_rank takes weights


@dataclass(frozen=True, slots=True)
class Ranking:
    """``synonyms``: word → the others of its groups. ``share``: what such a word weighs beside the word that was typed."""

    version: str
    weights: list[float]
    least_share: float
    share: float
    most: int
    synonyms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One tsquery literal. ``concept``: which typed token it stands for; ``factor``: 1 for the token itself."""

    literal: str
    concept: int
    factor: float


@cache
def shipped_ranking() -> Ranking:
    """The ranking that comes with the package."""
    folder = resources.files("dispatch.knowledge") / "data"
    data: dict[str, Any] = tomllib.loads((folder / "search.toml").read_text("utf-8"))
    found: dict[str, dict[str, None]] = {}
    for row in csv.DictReader((folder / "synonyms.csv").read_text("utf-8").splitlines()):
        group = [fold(word) for word in row["words"].split()]
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return Ranking(
        version=data["version"],
        weights=[data["weights"][place] for place in PLACES],
        least_share=data["shown"]["least_share"],
        share=data["synonyms"]["share"],
        most=data["synonyms"]["most"],
        synonyms={word: tuple(others) for word, others in found.items()},
    )


def asked(words: str, ranking: Ranking | None = None) -> list[Asked]:
    """What to look for: every token of ``words``, then what says the same as a word that stands in them."""
    rules = ranking or shipped_ranking()
    typed = questions(words)
    found = [Asked(literal, place, 1.0) for place, literal in enumerate(typed)]
    if not typed:
        return []
    folded, known = fold(words), set(typed)
    for word, others in rules.synonyms.items():
        if word not in folded:
            continue
        concept = _concept(word, typed)
        for literal in (phrase(other) for other in others if other not in folded):
            if literal not in known:
                known.add(literal)
                found.append(Asked(literal, concept, rules.share))
    return found[: len(typed) + rules.most]


def _concept(word: str, typed: list[str]) -> int:
    """The typed token for which a synonym of ``word`` stands: its first one among those that were not cut off."""
    return next((typed.index(one) for one in questions(word) if one in typed), 0)
