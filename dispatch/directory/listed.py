"""The units of a peer group in effect in a period, as this process last read them: asked again only when the reference data changed."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory import queries
from dispatch.directory.queries import UnitInEffect
from dispatch.directory.snapshot import VERSION

LISTS = 256  # periods and peer groups that a process keeps at once
_VERSION = select(*VERSION)

_lists: dict[tuple[object, ...], tuple[UnitInEffect, ...]] = {}
_lock = Lock()


def units_in_effect(session: Session, peer_group: str, start: datetime, end: datetime) -> list[UnitInEffect]:
    """``queries.units_in_effect``, kept by the version of the reference data (as ``snapshot`` names it) that it was read with.

    Nothing is kept where there is no version yet, or where it went on while the list was read.
    """
    version = _version(session)
    key = (version, str(peer_group), start, end)
    found = _lists.get(key)
    if found is not None:
        return list(found)
    read = queries.units_in_effect(session, peer_group, start, end)
    if version[0] is not None and _version(session) == version:
        with _lock:
            while len(_lists) >= LISTS:
                del _lists[next(iter(_lists))]
            _lists[key] = tuple(read)
    return read


def _version(session: Session) -> tuple[object, ...]:
    return (*session.connection().execute(_VERSION).one(), session.get_bind().engine.url)
