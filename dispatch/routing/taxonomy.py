"""分类: what a matter can be about, as one version of a tree of up to five levels, with the keywords of a cold start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

from dispatch.routing.keywords import Words
from dispatch.routing.normalise import fold
from dispatch.routing.sheet import Columns, SheetRow, read_sheet, refuse, version_of
from dispatch.routing.taxonomy_checks import MOST_LEVELS, faults_of, keywords_of, levels_of

COLUMNS: Final = Columns(("code", "name", "parent_code"), ("keywords",))
NAME: Final = "taxonomy"
WORD: Final = "分类表"
BETWEEN: Final = " / "
_TITLE_FACTOR: Final = 2

__all__ = ["MOST_LEVELS", "Category", "CategoryScore", "Taxonomy", "shipped_taxonomy"]


@dataclass(frozen=True, slots=True)
class Category:
    """A place in the tree. ``level`` 1–5 from the top; ``keywords`` are (folded word, weight), of leaves only."""

    code: str
    name: str
    parent_code: str
    level: int
    keywords: tuple[tuple[str, int], ...]
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """A leaf with its score (the sum of the weights of distinct words) and the words, heaviest first."""

    code: str
    name: str
    score: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """One version, immutable. Equal and hashed by identity; read with :meth:`read`. ``version``: ``taxonomy@<12 hex>``."""

    version: str
    categories: Mapping[str, Category]

    @classmethod
    def read(cls, text: str) -> Taxonomy:
        """From a CSV file. Refuses ``taxonomy.unreadable``, naming line and column of each fault."""
        rows, faults = read_sheet(text, COLUMNS)
        faults = faults or faults_of(rows)
        if faults:
            raise refuse(NAME, WORD, faults)
        return cls(version_of(NAME, text), _tree(rows))

    def leaves(self) -> tuple[Category, ...]:
        """The categories that nothing hangs under, in the order of the file."""
        return tuple(item for item in self.categories.values() if item.is_leaf)

    def get(self, code: str | None) -> Category | None:
        """The category of that code, or None."""
        return self.categories.get(code or "")

    def path(self, code: str) -> tuple[str, ...]:
        """The names from the top down to ``code``; empty where there is no such category."""
        names: list[str] = []
        item = self.get(code)
        while item is not None:
            names.append(item.name)
            item = self.get(item.parent_code)
        return tuple(reversed(names))

    def classify(self, title: str, text: str) -> list[CategoryScore]:
        """Leaves with evidence, best first (score, then code); empty when no keyword occurs.

        Of overlapping words the longest counts; each word counts once, a word of the title twice.
        """
        scores: dict[str, dict[str, int]] = {}
        for words, factor in ((self._found(title), _TITLE_FACTOR), (self._found(text), 1)):
            for word in words:
                for code, weight in self._weights[word]:
                    evidence = scores.setdefault(code, {})
                    evidence[word] = max(evidence.get(word, 0), weight * factor)
        ranked = sorted(scores, key=lambda code: (-sum(scores[code].values()), code))
        return [self._score(code, scores[code]) for code in ranked]

    def code_of(self, label: str) -> str | None:
        """The code that a label means: a code, or a name or path of names (``供暖 / 室温不达标``) that only one category has."""
        label = label.strip()
        return label if label in self.categories else self._labels.get(_folded(label.split("/")))

    def _score(self, code: str, evidence: Mapping[str, int]) -> CategoryScore:
        words = tuple(sorted(evidence, key=lambda word: (-evidence[word], word)))
        return CategoryScore(code, self.categories[code].name, sum(evidence.values()), words)

    def _found(self, text: str) -> list[str]:
        return list(dict.fromkeys(word for word, _start, _end in self._machine.found(text)))

    @cached_property
    def _weights(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        table: dict[str, tuple[tuple[str, int], ...]] = {}
        for item in self.categories.values():
            for word, weight in item.keywords:
                table[word] = (*table.get(word, ()), (item.code, weight))
        return table

    @cached_property
    def _machine(self) -> Words:
        return Words(self._weights)

    @cached_property
    def _labels(self) -> Mapping[tuple[str, ...], str]:
        """Every end of a path that belongs to one category only; the whole path always does."""
        paths = {code: _folded(self.path(code)) for code in self.categories}
        ends = Counter(path[start:] for path in paths.values() for start in range(len(path)))
        return {
            path[start:]: code for code, path in paths.items() for start in range(len(path)) if ends[path[start:]] == 1
        }


def _folded(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(name).strip() for name in names)


def _tree(rows: list[SheetRow]) -> dict[str, Category]:
    parents = {row.cells["code"]: row.cells["parent_code"] for row in rows}
    levels, above = levels_of(parents), {*parents.values()}
    return {
        row.cells["code"]: Category(
            code=row.cells["code"],
            name=row.cells["name"],
            parent_code=row.cells["parent_code"],
            level=levels[row.cells["code"]],
            keywords=tuple(keywords_of(row.cells["keywords"])[0]),
            is_leaf=row.cells["code"] not in above,
        )
        for row in rows
    }


@cache
def shipped_taxonomy_text() -> str:
    """The file that comes with the package."""
    return (files("dispatch.routing") / "data" / "categories.csv").read_text("utf-8")


@cache
def shipped_taxonomy() -> Taxonomy:
    """The tree a city starts with."""
    return Taxonomy.read(shipped_taxonomy_text())
