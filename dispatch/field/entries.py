"""What of a phone's queue has arrived: looked up before anything is done a second time, however late it comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from dispatch.field.models import FieldEntry
from dispatch.field.uploads import checked

REPORT = "report"
KEPT = timedelta(days=90)  # no phone comes back later; reports stay, they are the person's list
CLEAN_UP_BATCH = 1_000


def find(session: Session, account_id: int, key: str) -> FieldEntry | None:
    """What this person's phone sent under ``key``, if it was done."""
    return session.get(FieldEntry, (account_id, checked(key)))


def keep(session: Session, account_id: int, key: str, kind: str, ticket_id: int, *, at: datetime) -> None:
    """It is done: written in the transaction that does it."""
    session.add(FieldEntry(account_id=account_id, key=key, kind=kind, ticket_id=ticket_id, at=at))
    session.flush()


def forget_old(session: Session, at: datetime) -> int:
    """Delete up to ``CLEAN_UP_BATCH`` entries older than ``KEPT`` that are no reports; returns how many."""
    key = (FieldEntry.account_id, FieldEntry.key)
    old = select(*key).where(FieldEntry.kind != REPORT, FieldEntry.at <= at - KEPT).limit(CLEAN_UP_BATCH)
    gone = delete(FieldEntry).where(tuple_(*key).in_(old.subquery().select()))
    return len(session.execute(gone.returning(FieldEntry.account_id)).all())
