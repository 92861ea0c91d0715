"""The counts that a copying left, as this process holds them: read once per copying and named by it, so never another's.

What is held is never changed: who needs other counts makes others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from assessment.counted import Counts
from assessment.running import statements

CHANGED = 4096  # numbers of units that changed since a copying, remembered with their counts
COPIES = 24  # of a span and a peer group; each some hundred kilobytes for a city
Numbers = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Base:
    """By unit code: the numbers of ``names`` of every unit that was charged with a kept fact."""

    names: tuple[str, ...]
    numbers: Numbers
    _counts: dict[frozenset[str], Mapping[str, Counts]] = field(default_factory=dict)

    def counts(self, wanted: frozenset[str]) -> Mapping[str, Counts]:
        """The same as ``Counts`` of the ``wanted`` fields, made once."""
        if wanted not in self._counts:
            made = {code: counted(self.names, numbers, wanted) for code, numbers in self.numbers.items()}
            self._counts[wanted] = {code: one for code, one in made.items() if one is not None}
        return self._counts[wanted]


_bases: dict[tuple[UUID, str], Base] = {}
_lock = Lock()


def base_of(session: Session, header: statements.Header, group: str) -> Base | None:
    """The counts of that copying; None where it is no longer the one that stands and was not read before."""
    key = (header.copy_id, group)
    found = _bases.get(key)
    if found is not None:
        return found
    _statement, names = statements.gone()
    rows = session.connection().execute(statements.base(), {"span_id": header.span_id, "of_group": group}).all()
    if any(copy_id != header.copy_id for copy_id, *_rest in rows) or not rows:
        return None
    numbers = {code: tuple(kept[name] for name in names) for _copy_id, code, kept in rows if code is not None}
    with _lock:
        while len(_bases) >= COPIES:
            del _bases[next(iter(_bases))]
        return _bases.setdefault(key, Base(names, numbers))


@lru_cache(maxsize=CHANGED)
def counted(names: tuple[str, ...], numbers: tuple[int, ...], wanted: frozenset[str]) -> Counts | None:
    """``Counts`` of the ``wanted`` ones; None where no ticket is behind them. The very same ones while the numbers are: a ranking
    tells by that whose score it has."""
    by_name = dict(zip(names, numbers, strict=True))
    if not by_name["received"] and not by_name["excluded"]:
        return None
    return Counts(**{name: number for name, number in by_name.items() if name in wanted})
