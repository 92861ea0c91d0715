"""Which outbox rows a relay takes, and when what was taken and not done is due again. Any number may claim at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    nulls_first,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from dispatch.kernel.outbox import RETRY_LIMIT_SECONDS, RETRY_SECONDS, Outbox

LOST_ATTEMPTS = 10  # so often a row whose handler never failed is offered again without a longer wait

_AT = bindparam("at", type_=DateTime(timezone=True))
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_DUE = (
    select(Outbox.outbox_id)
    .where(or_(Outbox.next_at.is_(None), Outbox.next_at <= _AT))
    .order_by(nulls_first(Outbox.next_at), Outbox.outbox_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
# Back off from handlers that fail only: what was lost on the way (a killed worker, a wiped Redis) comes again soon.
_WAS_LOST = and_(Outbox.attempts < LOST_ATTEMPTS, Outbox.last_error.is_(None))
_BACK_OFF = func.least(RETRY_LIMIT_SECONDS, RETRY_SECONDS * func.power(2, func.least(Outbox.attempts, 10)))
_WAIT = case((_WAS_LOST, RETRY_SECONDS), else_=_BACK_OFF)
_CLAIM = (
    update(Outbox)
    .where(Outbox.outbox_id.in_(_DUE.scalar_subquery()))
    .values(attempts=Outbox.attempts + 1, next_at=_AT + _WAIT * literal(timedelta(seconds=1)))
    .returning(Outbox.outbox_id, Outbox.attempts)
)
_RELEASE = (
    update(Outbox).where(Outbox.outbox_id == _IDS).values(next_at=bindparam("due_at"), attempts=Outbox.attempts - 1)
)


class Claimed(NamedTuple):
    """A row that this relay has taken, and how often it was taken by now."""

    outbox_id: int
    attempts: int


def claim(session: Session, *, at: datetime, limit: int) -> list[Claimed]:
    """Take up to ``limit`` rows that are due, in the order they were written, and push their next try into the future."""
    taken = session.connection().execute(_CLAIM, {"at": at, "most": limit})
    return sorted(Claimed(*row) for row in taken)


def release(session: Session, ids: Iterable[int], *, next_at: datetime | None) -> None:
    """Give claimed rows back (the queue was away): due again at ``next_at``, the try not counted."""
    session.connection().execute(_RELEASE, {"ids": list(ids), "due_at": next_at})


def recall(session: Session, *, at: datetime) -> None:
    """Make due at once what waits longer than any back-off: it was put off by a machine clock that has been set back."""
    longest = timedelta(seconds=RETRY_LIMIT_SECONDS + RETRY_SECONDS)
    session.execute(update(Outbox).where(Outbox.next_at > at + longest).values(next_at=None))
