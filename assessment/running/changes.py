"""Which tickets may no longer be what a copying of an open month wrote down."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TIMESTAMP, BigInteger, ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from assessment.exclusions import counting as cases
from dispatch import contract

# Facts may be written with instants that lie ahead (imported rows: five minutes), and decided cases commit later than they say.
MARGIN = timedelta(minutes=6)


class Told(NamedTuple):
    """What the columns of ``since`` answer."""

    waiting: list[int]
    later: int
    decided: list[int]


def since(
    seal_id: ColumnElement[int], after: ColumnElement[datetime], until: ColumnElement[datetime], *, most: int
) -> list[ColumnElement[Any]]:
    """The columns of ``Told``: events that no seal up to ``seal_id`` covers (of ``most`` tickets and one), cases decided after
    ``after``."""
    return [*contract.changes_since(seal_id, most), cases.decided_between(after - MARGIN, until)]


def changed_by(session: Session, seal_id: int, told: Told, *, most: int) -> frozenset[int] | None:
    """The tickets of which it tells. None: more than ``most``."""
    moved = contract.changed_streams(session, seal_id, told.waiting, told.later, most=most)
    if moved is None:
        return None
    found = moved.union(told.decided)
    return found if len(found) <= most else None


def changed(session: Session, seal_id: int, after: datetime, *, at: datetime, most: int) -> frozenset[int] | None:
    """The same, asked for by itself."""
    asked = {"seal_id": seal_id, "after": after, "until": at}
    return changed_by(session, seal_id, Told(*session.connection().execute(_since(most), asked).one()), most=most)


@cache
def _since(most: int) -> Select[Any]:
    after, until = (bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("after", "until"))
    return select(*since(bindparam("seal_id", type_=BigInteger), after, until, most=most))
