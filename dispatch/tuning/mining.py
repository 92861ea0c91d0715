"""Names of places that tickets speak of and the gazetteer does not know: found by their endings, pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from dispatch.routing.normalise import fold
from dispatch.tuning.rules import AliasRules, place_ends

# A longer name takes over where nearly every text that has the shorter one has it inside the longer one.
_TAKES_OVER: Final = Decimal("0.8")
# What stands before a name and is none of it.
_BEFORE: Final = "在住于到从至的是由和与及我你他她们区市县镇乡"
# Where the name of a unit ends, another name begins: 柳荫街道晴川花园 speaks of 晴川花园.
_UNIT: Final = re.compile("街道|社区|地区|居委会|村委会")
_HAN: Final = r"[\u4e00-\u9fff]"


class Settled(NamedTuple):
    """The words of a ticket, and the township (its code) that it was settled with."""

    ticket_id: int
    words: str
    township: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A name, the township that it points to, and the tickets that say so, newest last; ``others``: those that say otherwise."""

    name: str
    kind: str
    township: str
    tickets: tuple[int, ...]
    others: int


def mine(settled: Iterable[Settled], rules: AliasRules) -> list[Finding]:
    """Names worth proposing, those with most tickets first. Each ticket counts once for a name; deterministic."""
    seen: dict[str, dict[int, str]] = defaultdict(dict)
    for one in settled:
        for name in _candidates(fold(one.words), rules):
            seen[name][one.ticket_id] = one.township
    frequent = {name: tickets for name, tickets in seen.items() if len(tickets) >= rules.tickets}
    found = [finding for name in _maximal(frequent) if (finding := _judge(name, frequent[name], rules))]
    return sorted(found, key=lambda one: (-len(one.tickets), one.name))


def _judge(name: str, tickets: dict[int, str], rules: AliasRules) -> Finding | None:
    township, count = min(Counter(tickets.values()).items(), key=lambda item: (-item[1], item[0]))
    if count < rules.tickets or count < rules.share * len(tickets):
        return None
    ours = tuple(sorted(ticket for ticket, settled in tickets.items() if settled == township))
    return Finding(name, _kind(name), township, ours, len(tickets) - count)


def _candidates(words: str, rules: AliasRules) -> set[str]:
    """Every run of Chinese characters that ends as a place does, from each start that may begin a name."""
    return {name for run in _runs(words, rules.longest) for name in _starts(run, rules.shortest)}


def _runs(words: str, longest: int) -> Iterator[str]:
    for found in _ends().finditer(words):
        before = words[max(0, found.end() - longest) : found.end()]
        run = re.search(rf"{_HAN}+$", before)
        if run:
            yield _UNIT.split(run[0])[-1]


def _starts(run: str, shortest: int) -> Iterator[str]:
    """From behind, up to the first character that begins no name."""
    for start in range(len(run) - shortest, -1, -1):
        if run[start] in _BEFORE:
            return
        yield run[start:]


def _maximal(frequent: dict[str, dict[int, str]]) -> Iterator[str]:
    """Names that no longer one takes over: 光花园 is only the end of 阳光花园."""
    by_end: dict[str, list[str]] = defaultdict(list)
    for name in frequent:
        for start in range(1, len(name)):
            by_end[name[start:]].append(name)
    for name, tickets in frequent.items():
        longer = max((len(frequent[other]) for other in by_end.get(name, ())), default=0)
        if longer < _TAKES_OVER * len(tickets):
            yield name


def _kind(name: str) -> str:
    return next(kind for end, kind in place_ends().items() if name.endswith(end))


@cache
def _ends() -> re.Pattern[str]:
    # A look-ahead, so that endings inside one another are all found.
    return re.compile("(?:" + "|".join(map(re.escape, place_ends())) + ")")
