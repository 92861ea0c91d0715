"""Signatures for tickets that have none yet, or of another algorithm: a batch at a time, to be taken up again at any point."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from dispatch.kernel.texts import TextEntry
from dispatch.likeness.folding import COUNTING
from dispatch.likeness.models import Likeness
from dispatch.likeness.services import COLUMNS, rows_of
from dispatch.likeness.signature import ALGORITHM
from dispatch.tickets.models import Ticket

TABLE = Likeness.__table__
BATCH: Final = 500


def missing(session: Session, *, at: datetime, days: int) -> tuple[int, int]:
    """How many tickets of the last ``days`` have no signature, and the first of their ids."""
    count, first = session.execute(select(func.count(), func.min(Ticket.ticket_id)).where(_wanted(at, days))).one()
    return int(count), int(first or 0)


def index_batch(session: Session, *, first: int, at: datetime, days: int) -> tuple[int, int | None]:
    """Sign the next tickets from id ``first`` on: how many were looked at, and the id to go on from, None at the end.

    They are share-locked until the commit: words that are being erased are erased first, and their signature is not made after.
    """
    title, text = aliased(TextEntry), aliased(TextEntry)
    found = session.execute(
        select(Ticket.ticket_id, Ticket.received_at, title.body, func.substr(text.body, 1, COUNTING))
        .outerjoin(title, _words(title, "title"))
        .outerjoin(text, _words(text, "text"))
        .where(_wanted(at, days), Ticket.ticket_id >= first)
        .order_by(Ticket.ticket_id)
        .limit(BATCH)
        .with_for_update(read=True, of=Ticket)
    ).all()
    _write(session, found)
    return len(found), found[-1][0] + 1 if len(found) == BATCH else None


def _write(session: Session, found: Sequence[Row[int, datetime, str | None, str | None]]) -> None:
    rows = [row for id_, at, title, text in found for row in rows_of(id_, title or "", text or "", received_at=at)]
    if rows:
        statement = insert(Likeness)
        new = {name: statement.excluded[name] for name in COLUMNS[1:]}
        session.execute(statement.on_conflict_do_update(index_elements=["ticket_id"], set_=new), rows)


def _wanted(at: datetime, days: int) -> ColumnElement[bool]:
    signed = exists().where(TABLE.c.ticket_id == Ticket.ticket_id, TABLE.c.algorithm == ALGORITHM)
    said = exists().where(
        TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind.in_(["title", "text"]), TextEntry.body.is_not(None)
    )
    return and_(Ticket.received_at.between(at - timedelta(days=days), at), Ticket.erased_at.is_(None), ~signed, said)


def _words(words: type[TextEntry], kind: str) -> ColumnElement[bool]:
    return and_(words.ticket_id == Ticket.ticket_id, words.kind == kind, words.version == 1)
