"""Cards of an assignment that are taken back; a card is never deleted (rules.md §1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from dispatch.tickets.models import Assignment, Card


def withdraw_cards(session: Session, part: Assignment, *, at: datetime) -> list[str]:
    """Withdraw the cards in force of an assignment; returns their colours, for the event that says so."""
    withdrawn = session.execute(
        update(Card)
        .where(
            Card.ticket_id == part.ticket_id,
            Card.assignment_number == part.number,
            Card.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
        .returning(Card.colour)
    ).scalars()
    return sorted(withdrawn)
