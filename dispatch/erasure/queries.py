"""Reads of erasures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.orm import Session

from dispatch.erasure.models import Erasure
from dispatch.erasure.states import ErasureState
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket

REASON = "erasure_reason"


def open_erasure(session: Session, ticket_id: int) -> Erasure | None:
    """The request of this ticket that waits for its decision."""
    session.flush()
    return session.scalars(
        select(Erasure).where(Erasure.ticket_id == ticket_id, Erasure.state == ErasureState.ASKED)
    ).first()


def count(session: Session, ticket_id: int) -> int:
    """How many requests this ticket has seen."""
    return session.scalar(select(func.count()).where(Erasure.ticket_id == ticket_id)) or 0


def erasures(session: Session, *, limit: int) -> Sequence[Row[Erasure, str, str | None]]:
    """Requests, those that wait first, then the newest: rows of (erasure, ticket's number, reason)."""
    reason = and_(
        TextEntry.ticket_id == Erasure.ticket_id,
        TextEntry.kind == REASON,
        TextEntry.version == Erasure.number,  # one reason with each request, in order
    )
    query = (
        select(Erasure, Ticket.ticket_no, TextEntry.body)
        .join(Ticket, Ticket.ticket_id == Erasure.ticket_id)
        .outerjoin(TextEntry, reason)
        .order_by(case((Erasure.state == ErasureState.ASKED, 0), else_=1), Erasure.asked_at.desc())
        .limit(limit)
    )
    return session.execute(query).all()
