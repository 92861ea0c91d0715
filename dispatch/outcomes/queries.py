"""Reads of endings, hand-overs and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from dispatch.kernel import sides
from dispatch.kernel.texts import TextEntry
from dispatch.outcomes.models import Alert, Ending, HandOver, Supplement
from dispatch.tickets.models import Ticket


def ending_in_force(session: Session, ticket_id: int) -> Ending | None:
    """How the ticket ended without a unit; None where it did not, or that was reversed."""
    return session.scalars(select(Ending).where(Ending.ticket_id == ticket_id, Ending.reversed_at.is_(None))).first()


def last_hand_over(session: Session, ticket_id: int) -> HandOver | None:
    """The newest hand-over out of this house."""
    return session.scalars(
        select(HandOver)
        .where(HandOver.ticket_id == ticket_id, HandOver.direction == "out")
        .order_by(HandOver.number.desc())
        .limit(1)
    ).first()


def handed_in(session: Session, agency: str, receipt: str) -> int | None:
    """The ticket made of the matter that ``agency`` handed to us under its number ``receipt``."""
    return session.scalar(
        select(HandOver.ticket_id).where(
            HandOver.direction == "in", HandOver.agency == agency, HandOver.receipt == receipt
        )
    )


def unseen_alerts(session: Session) -> int:
    """How many alerts no supervisor has seen yet."""
    return session.scalar(select(func.count()).select_from(Alert).where(Alert.seen_at.is_(None))) or 0


def alerts(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Row[Alert, Ticket, str | None]]:
    """The newest alerts: rows of (alert, ticket, title); ``before``: the id at which the page before ended."""
    query = (
        select(Alert, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Alert.ticket_id)
        .outerjoin(TextEntry, _first_title(Alert.ticket_id))
        .order_by(Alert.alert_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Alert.alert_id < before)
    return session.execute(query).all()


def alerts_of(session: Session, ticket_id: int) -> Sequence[Alert]:
    """The alerts of a ticket."""
    return session.scalars(select(Alert).where(Alert.ticket_id == ticket_id).order_by(Alert.alert_id)).all()


def hand_overs_open(session: Session, *, limit: int = 50) -> Sequence[Row[HandOver, Ticket, str | None]]:
    """Hand-overs that no service has answered, longest waiting first: rows of (hand-over, ticket, title)."""
    return session.execute(
        select(HandOver, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == HandOver.ticket_id)
        .outerjoin(TextEntry, _first_title(HandOver.ticket_id))
        .where(HandOver.state == "sent")
        .order_by(HandOver.sent_at, HandOver.ticket_id)
        .limit(limit)
    ).all()


def open_supplement(session: Session, ticket_id: int) -> Supplement | None:
    """The question that still waits for the citizen."""
    if sides.is_empty(session, Supplement, ticket_id):
        return None
    return session.scalars(
        select(Supplement).where(Supplement.ticket_id == ticket_id, Supplement.ended_at.is_(None))
    ).first()


def endings_by_kind(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Ending kind → how many tickets ended so in [start, end) and still do."""
    rows = session.execute(
        select(Ending.kind, func.count())
        .where(Ending.ended_at >= start, Ending.ended_at < end, Ending.reversed_at.is_(None))
        .group_by(Ending.kind)
    )
    return {row.kind: row[1] for row in rows}


def _first_title(ticket_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return and_(TextEntry.ticket_id == ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
