"""The walk over the open tickets after a calendar came into force: batch by batch, each a transaction of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calendars import recount
from dispatch.calendars.models import CalendarDraft
from dispatch.calendars.recount import Batch
from dispatch.directory.snapshot import reference
from dispatch.supervision.moving import move_orders

BATCH: Final = 2_000
ACTOR: Final = "system:calendar"

_WAITING = select(CalendarDraft).where(CalendarDraft.put_at.is_not(None), CalendarDraft.finished_at.is_(None))


def waiting(session: Session) -> CalendarDraft | None:
    """The oldest that has still to be walked, locked; None: there is none, or another worker has it."""
    return session.scalar(_WAITING.order_by(CalendarDraft.draft_id).limit(1).with_for_update(skip_locked=True))


def step(session: Session, row: CalendarDraft, *, at: datetime) -> Batch:
    """The next batch of tickets; after the last of them the supervision orders, and the walk is over."""
    city = reference(session, at)
    since = recount.since([row.first_changed], city.calendar)
    batch = recount.move(session, city, since, after=row.walked_to, limit=BATCH, actor=ACTOR, at=at)
    row.looked_at += batch.seen
    row.moved += len({one.ticket_id for one in batch.moved})
    if batch.after is not None:
        row.walked_to = batch.after
    else:
        row.orders_moved = move_orders(session, city, since, actor=ACTOR, at=at)
        row.finished_at = at
    return batch
