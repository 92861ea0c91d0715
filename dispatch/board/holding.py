"""One counting for everybody who looks within a few seconds: fifty walls and twenty supervisors cost no more than one."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dispatch.board.showing import Board, board_of
from dispatch.directory.snapshot import Reference

# With the 5 s of a wall's own question a figure is never older than 8.
HELD_SECONDS: Final = 3.0
HELD: Final = 64

_held: OrderedDict[Hashable, tuple[float, Board]] = OrderedDict()


def board_now(
    session: Session, city: Reference, scope: frozenset[int] | None, *, since: datetime, at: datetime
) -> Board:
    """The board of this scope, counted by this process at most every few seconds; the same object as long as it is held."""
    key = (session.get_bind().engine.url, city.version, scope, since)
    known = _held.get(key)
    if known is not None and time.monotonic() < known[0]:
        return known[1]
    board = board_of(session, city, scope, since=since, at=at)
    _held[key] = (time.monotonic() + HELD_SECONDS, board)
    _held.move_to_end(key)
    while len(_held) > HELD:
        _held.popitem(last=False)
    return board


def forget() -> None:
    """Count anew at the next question, e.g. between tests."""
    _held.clear()
