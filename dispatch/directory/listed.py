"""The units of a peer group in effect in a period, as this process last read them: asked again only when the reference data changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory import queries
from dispatch.directory.queries import UnitInEffect
from dispatch.directory.snapshot import VERSION

LISTS = 256  # periods and peer groups that a process keeps at once
GROUPS = 16  # of which it keeps when the tree of units changed
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_VERSION = select(*VERSION)

_turns: dict[tuple[object, ...], tuple[datetime, ...]] = {}
_lists: dict[tuple[object, ...], tuple[UnitInEffect, ...]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Edges:
    """From ``since`` to ``turn``, and from there until ``until``, each unit of a group answers for the same others."""

    since: datetime
    turn: datetime
    until: datetime

    @property
    def turns(self) -> bool:
        """Whether it ever answers for others again after ``since``."""
        return self.turn < LAST


def units_in_effect(session: Session, peer_group: str, start: datetime, end: datetime) -> list[UnitInEffect]:
    """``queries.units_in_effect``, kept by the version of the reference data (as ``snapshot`` names it) that it was read with.

    Nothing is kept where there is no version yet, or where it went on while the list was read.
    """
    return list(units_in_each(session, peer_group, [(start, end)])[0])


def units_in_each(
    session: Session, peer_group: str, stretches: Sequence[tuple[datetime, datetime]]
) -> list[tuple[UnitInEffect, ...]]:
    """The same of several stretches [start, end) of time, by one look at the version; what is kept is the very same tuple."""
    version = _version(session)
    return [_list(session, version, peer_group, start, end) for start, end in stretches]


def _list(
    session: Session, version: tuple[object, ...], peer_group: str, start: datetime, end: datetime
) -> tuple[UnitInEffect, ...]:
    key = (version, str(peer_group), start, end)
    found = _lists.get(key)
    if found is not None:
        return found
    read = tuple(queries.units_in_effect(session, peer_group, start, end))
    if version[0] is not None and _version(session) == version:
        with _lock:
            while len(_lists) >= LISTS:
                del _lists[next(iter(_lists))]
            _lists[key] = read
    return read


def edges_around(session: Session, peer_group: str, instant: datetime) -> Edges:
    """Where the units of the group answered for others around ``instant``, kept as ``units_in_effect`` is."""
    version = _version(session)
    key = (version, str(peer_group))
    turns = _turns.get(key)
    if turns is None:
        turns = queries.turns(session, peer_group)
        if version[0] is not None and _version(session) == version:
            with _lock:
                while len(_turns) >= GROUPS:
                    del _turns[next(iter(_turns))]
                _turns[key] = turns
    place = bisect_right(turns, instant)
    after = (*turns[place : place + 2], LAST, LAST)
    return Edges(turns[place - 1] if place else FIRST, after[0], after[1])


def _version(session: Session) -> tuple[object, ...]:
    return (*session.connection().execute(_VERSION).one(), session.get_bind().engine.url)
