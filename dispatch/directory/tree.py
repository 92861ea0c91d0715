"""The tree of units, pure: who may hang under whom, and which unit of a peer group answers for whom, when (rules.md §6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

KINDS: Final = ("city", "district", "township", "department", "enterprise", "community", "grid")
PEER_GROUPS: Final = ("district", "township", "department", "enterprise")

# A level may be skipped downward (a grid right under its street); a unit without a parent is a root of its own.
PARENT_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "city": frozenset(),
    "district": frozenset({"city"}),
    "township": frozenset({"city", "district"}),
    "department": frozenset({"city", "district", "township", "department"}),
    "enterprise": frozenset({"city", "district", "township", "department", "enterprise"}),
    "community": frozenset({"city", "district", "township"}),
    "grid": frozenset({"city", "district", "township", "community", "department", "enterprise"}),
}

KIND_WORDS: Final[Mapping[str, str]] = {
    "city": "市",
    "district": "区",
    "township": "街道(乡镇)",
    "department": "部门",
    "enterprise": "企业",
    "community": "社区(村)",
    "grid": "网格",
}


class Span(NamedTuple):
    """Where a unit hung in [valid_from, valid_to); the spans of one unit never overlap."""

    unit_id: int
    valid_from: datetime
    valid_to: datetime
    parent_id: int | None


class Slice(NamedTuple):
    """In [valid_from, valid_to) ``charged_unit_id`` answers for ``unit_id`` in ``peer_group``."""

    unit_id: int
    peer_group: str
    valid_from: datetime
    valid_to: datetime
    charged_unit_id: int


def group_slices(
    kinds: Mapping[int, str], spans: Iterable[Span], groups: Iterable[str] = PEER_GROUPS
) -> Iterator[Slice]:
    """The nearest self-or-ancestor of each group's kind, as slices of time, joined where nothing changes.

    ``kinds``: kind by unit id, for every unit of ``spans``. No slice where no such ancestor was in effect.
    """
    history = by_unit(spans)
    for group in groups:
        for unit_id, own in history.items():
            found: list[Slice] = []
            for span in own:
                _climb(unit_id, group, span, kinds, history, found)
            yield from _joined(found)


def by_unit(spans: Iterable[Span]) -> dict[int, list[Span]]:
    """The spans of each unit in order of time."""
    history: dict[int, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span.unit_id, span.valid_from)):
        history.setdefault(span.unit_id, []).append(span)
    return history


def _climb(
    unit_id: int,
    group: str,
    span: Span,
    kinds: Mapping[int, str],
    history: Mapping[int, list[Span]],
    found: list[Slice],
) -> None:
    """Collect the slices of ``unit_id`` inside ``span``, a stretch of itself or of one of its ancestors."""
    if kinds[span.unit_id] == group:
        found.append(Slice(unit_id, group, span.valid_from, span.valid_to, span.unit_id))
        return
    for above in history.get(span.parent_id, ()) if span.parent_id is not None else ():
        valid_from = max(span.valid_from, above.valid_from)
        valid_to = min(span.valid_to, above.valid_to)
        if valid_from < valid_to:
            overlap = Span(above.unit_id, valid_from, valid_to, above.parent_id)
            _climb(unit_id, group, overlap, kinds, history, found)


def _joined(slices: Iterable[Slice]) -> Iterator[Slice]:
    last: Slice | None = None
    for piece in sorted(slices, key=lambda piece: piece.valid_from):
        if last and last.valid_to == piece.valid_from and last.charged_unit_id == piece.charged_unit_id:
            last = last._replace(valid_to=piece.valid_to)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def cycle_members(parents: Mapping[str, str]) -> set[str]:
    """The codes that are their own ancestors; ``parents``: parent's code by code, roots left out."""
    looping: set[str] = set()
    done: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        code = start
        while code in parents and code not in done and code not in path:
            path[code] = None
            code = parents[code]
        if code in path:
            trail = list(path)
            looping.update(trail[trail.index(code) :])
        done.update(path)
    return looping
